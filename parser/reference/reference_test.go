package reference

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path"
	"strings"
	"testing"

	"keepalived/core/commandline"
	"keepalived/parser/keyword"
)

// Every keyword is in the manual page, in its block, with its help.
func TestManualIsComplete(t *testing.T) {
	table := keyword.New()
	page := Manual5(table)
	sections := make(map[string]string)
	for _, s := range strings.Split(page, "\n.SH ")[1:] {
		name, text, _ := strings.Cut(s, "\n")
		if _, twice := sections[name]; twice {
			t.Errorf("section %s stands twice", name)
		}
		sections[name] = text
	}
	for _, k := range table.All() {
		if k.Shape == keyword.Directive {
			continue
		}
		name := "KEYWORDS OUTSIDE BLOCKS"
		if k.Path != "" {
			name = escape(strings.ReplaceAll(k.Path, "/", " / "))
		}
		if want := `\fB` + escape(k.Name) + `\fR`; !strings.Contains(sections[name], want) {
			t.Errorf("section %s lacks %s", name, want)
		}
		if k.Help == "" {
			t.Errorf("%s has no help", path.Join(k.Path, k.Name))
		}
	}
}

// What each directive does is told in prose.
func TestDirectivesAreExplained(t *testing.T) {
	for _, word := range []string{
		"include", "includer", "includem", "includew", "includeb", "includea", "$NAME=", "${NAME}",
		"${_PWD}", "${_INSTANCE}", "${_RANDOM", "${_ENV", "${_HASH}", "${_BANG}", `\(tiSEQ(`, `\(tiSEQx`, `\(tiLST(`, "@",
	} {
		if !strings.Contains(intro, word) {
			t.Errorf("the introduction lacks %s", word)
		}
	}
}

// No line of a page begins with a character that roff takes for a request.
func TestPagesAreRoff(t *testing.T) {
	for _, page := range []string{Manual5(keyword.New()), Manual8(), Manual1()} {
		for line := range strings.Lines(page) {
			if request, ok := strings.CutPrefix(line, "."); ok {
				switch word, _, _ := strings.Cut(strings.TrimSpace(request), " "); word {
				case "TH", "SH", "SS", "PP", "TP", "B", "I", "br":
				default:
					t.Errorf("unknown request: %s", line)
				}
			}
			if strings.HasPrefix(line, "'") {
				t.Errorf("control character: %s", line)
			}
		}
	}
}

// Every option of the command line is in the manual page and in each
// completion, and bash can read its own.
func TestOptions(t *testing.T) {
	table := keyword.New()
	pages := map[string]string{"manual": Manual8(), "bash": Bash(table), "zsh": Zsh(table), "fish": Fish(table)}
	for name, page := range pages {
		for _, o := range commandline.Documented() {
			want := "--" + o.Long
			switch name {
			case "manual":
				want = escape(want)
			case "fish":
				want = "-l " + o.Long
			}
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
}

// bash completes options, their words, and the names of keywords, which the
// other shells have too.
func TestCompletion(t *testing.T) {
	table := keyword.New()
	for _, c := range []struct{ typed, want string }{
		{"--keyw", "--keywords"},
		{"--keywords garp_master_re", "garp_master_refresh garp_master_refresh_repeat garp_master_repeat"},
		{"--keywords = nopree", "nopreempt"},
		{"--print-config =", "conf json"},
		{"--format j", "json"},
		{"--signum STAT", "STATS STATS_CLEAR"},
		{"-S u", "user"},
		{"-i ", ""},
		{"-t --expl", "--explain"},
	} {
		typed := strings.Split(c.typed, " ")
		script := fmt.Sprintf("%s\nCOMP_WORDS=(keepalived \"$@\")\nCOMP_CWORD=$#\n_keepalived\necho \"${COMPREPLY[*]}\"", Bash(table))
		out, err := exec.Command("bash", append([]string{"-c", script, "bash"}, typed...)...).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
			t.Errorf("%q: %q, want %q (%v)", c.typed, got, c.want, err)
		}
	}
	for name, page := range map[string]string{"zsh": Zsh(table), "fish": Fish(table)} {
		if !strings.Contains(page, " virtual_router_id ") {
			t.Errorf("%s does not know the keywords", name)
		}
	}
}

// The schema is JSON, and knows every keyword of every block.
func TestSchema(t *testing.T) {
	table := keyword.New()
	text, err := Schema(table)
	if err != nil {
		t.Fatal(err)
	}
	var root node
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	instance := root.Properties["vrrp_instance"].Additional.(map[string]any)
	if instance["type"] != "object" {
		t.Errorf("vrrp_instance: named blocks should be objects, got %v", instance["type"])
	}
	checker := instance["properties"].(map[string]any)["advert_int"].(map[string]any)
	if checker["x-arguments"] != "<dec>" {
		t.Errorf("advert_int: %v", checker)
	}
	for name, k := range table.Level("") {
		if k.Shape != keyword.Word && root.Properties[name] == nil {
			t.Errorf("the schema lacks %s", name)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    int
		text    string
	}{
		{"vrrp_instance/advert_int", 1, "vrrp_instance / advert_int <dec>\n"},
		{"garp_master_de*", 1, "Default: global\n"},
		{"no such keyword", 0, ""},
	} {
		var b strings.Builder
		if n := Help(&b, keyword.New(), c.pattern); n != c.want || !strings.Contains(b.String(), c.text) {
			t.Errorf("%s: %d matches, want %d:\n%s", c.pattern, n, c.want, b.String())
		}
	}
}
