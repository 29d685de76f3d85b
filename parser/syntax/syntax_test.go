package syntax

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/participle/v2/lexer"
	"pgregory.net/rapid"

	"keepalived/parser/source"
)

// one is a file system with one file.
type one string

func (o one) Stat(name string) (fs.FileInfo, error) {
	if name != "/f" {
		return nil, fs.ErrNotExist
	}
	return o, nil
}
func (o one) Read(string) (string, error) { return string(o), nil }
func (one) Glob(string) ([]string, error) { return nil, nil }
func (one) Directory() string             { return "/" }
func (one) Name() string                  { return "f" }
func (o one) Size() int64                 { return int64(len(o)) }
func (one) Mode() fs.FileMode             { return 0o644 }
func (one) ModTime() time.Time            { return time.Time{} }
func (one) IsDir() bool                   { return false }
func (one) Sys() any                      { return nil }

func parse(t testing.TB, text string) *File {
	t.Helper()
	f, err := Parse(source.Open(source.Options{Path: "f", Getenv: func(string) string { return "" }}, one(text)),
		func(keyword string) bool { return keyword == "script" })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// stream writes the events of a walk, one a line.
func stream(f *File) string {
	var b strings.Builder
	for c := NewCursor(f); ; {
		e, ok := c.Next()
		if !ok {
			return b.String()
		}
		at := fmt.Sprintf("%d.%d ", e.Place.Line, e.Column)
		switch e.Kind {
		case Text:
			b.WriteString(at + e.Text + "\n")
		case Open:
			b.WriteString(at + "{\n")
		case Close:
			b.WriteString(at + "}\n")
		case Problem:
			b.WriteString(at + "! " + e.Problem.Message + "\n")
		}
	}
}

// TestStream: braces are tokens of their own, wherever they stand
// (01-configuration section 3.5).
func TestStream(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a 1\nb{c 2}d\n", "1.1 a 1\n2.1 b\n2.0 {\n2.3 c 2\n2.6 }\n2.7 d\n"},
		{"a {\n  b\n}\n", "1.1 a\n1.0 {\n2.3 b\n3.1 }\n"},
		{"a\n\f\n\f {\f\n\v}\n", "1.1 a\n3.0 {\n4.2 }\n"},
		{"a\n{\n}\n", "1.1 a\n2.0 {\n3.1 }\n"},
		{"}}\n{{\n", "1.1 }\n1.2 }\n2.1 {\n2.2 {\n"},
		{"a { b {\n c\n", "1.1 a\n1.0 {\n1.5 b\n1.0 {\n2.2 c\n"},
		{`a "{" {` + "\n}\n", "1.1 a \"{\"\n1.0 {\n2.1 }\n"},
		{"a\n}\"b\nc\rd\n", "1.1 a\n2.0 ! Unterminated quote '}\"b'\n2.1 }\n2.2 ! Unmatched quote: '\"b'\n3.1 c\rd\n"},
		{"a \"b\n", "1.0 ! Unterminated quote 'a \"b'\n1.1 ! Unmatched quote: 'a \"b'\n1.1 a \"b\n"},
	} {
		got := stream(parse(t, c.text))
		if got != c.want {
			t.Errorf("%q: got\n%swant\n%s", c.text, got, c.want)
		}
	}
}

// TestScriptQuote: what follows the second word of a script-like keyword is
// split by its own rules, and gives no message here.
func TestScriptQuote(t *testing.T) {
	if got := stream(parse(t, "script x \"y\n")); strings.Contains(got, "Unmatched") {
		t.Error(got)
	}
	if got := stream(parse(t, "other x \"y\n")); !strings.Contains(got, "Unmatched") {
		t.Error(got)
	}
}

// TestStreamIsText: whatever the braces are, a walk gives the pieces in the
// order of the text; skipping a block leaves out exactly the block.
func TestStreamIsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"{", "}", "w", "x y"}), 0, 200).Draw(t, "pieces")
		f, err := Parse(source.Open(source.Options{Path: "f", Getenv: func(string) string { return "" }}, one(strings.Join(pieces, "\n"))),
			func(string) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		c, want := NewCursor(f), pieces
		for len(want) > 0 {
			e, ok := c.Next()
			if !ok {
				t.Fatalf("end of walk, %d pieces left", len(want))
			}
			got := e.Text
			switch e.Kind {
			case Open:
				got = "{"
			case Close:
				got = "}"
			}
			if got != want[0] {
				t.Fatalf("got %q, want %q", got, want[0])
			}
			want = want[1:]
			if opens := len(want) > 0 && want[0] == "{"; opens != c.OpenFollows() {
				t.Fatalf("OpenFollows is %v before %q", c.OpenFollows(), want)
			}
			if e.Kind == Text && c.SkipBlock() {
				depth := 0
				for {
					switch want[0] {
					case "{":
						depth++
					case "}":
						depth--
					}
					want = want[1:]
					if depth == 0 {
						break
					}
				}
			}
		}
		if _, ok := c.Next(); ok {
			t.Fatal("walk goes on after the text")
		}
	})
}

// TestDepth: braces nested without end neither overflow a stack nor get lost.
func TestDepth(t *testing.T) {
	const n = 100_000
	f := parse(t, strings.Repeat("{\n", n)+"x\n"+strings.Repeat("}\n", n))
	opens, closes := 0, 0
	for c := NewCursor(f); ; {
		e, ok := c.Next()
		if !ok {
			break
		}
		switch e.Kind {
		case Open:
			opens++
		case Close:
			closes++
		}
	}
	if opens != n || closes != n {
		t.Errorf("%d { and %d }, want %d", opens, closes, n)
	}
}

// BenchmarkParse: design.md asks for 100,000 lines in about 0.2 s.
func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "vrrp_instance V%d {\n\tinterface eth0\n\tvirtual_router_id 5\n\tpriority 100\n\tadvert_int 1\n\tvirtual_ipaddress {\n\t\t10.0.0.1\n\t}\n\tnopreempt\n}\n", i)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		parse(b, text.String())
	}
}

// TestManyItems: the top level may have any number of items of any kind, and
// the lexer gives them in portions.
func TestManyItems(t *testing.T) {
	const n = 10 * chunk
	for _, line := range []string{"a\n", "}\n", "a {\n}\n", "~SEQ\n"} {
		text := strings.Repeat(line, n)
		if f := parse(t, text); len(f.Items) < n {
			t.Errorf("%q: %d items, want %d", line, len(f.Items), n)
		}
		lex := &tokens{builder: builder{pieces: pieces{lines: source.Open(source.Options{Path: "f"}, one(text))}}}
		for !lex.ended {
			// A text may have a block behind it, and EOF is behind all.
			lex.count = 0
			if portion, err := lexer.ConsumeAll(lex); err != nil || len(portion) > chunk+2 {
				t.Fatalf("%q: %d tokens in a portion, error %v", line, len(portion), err)
			}
		}
	}
}
