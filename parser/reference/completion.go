package reference

import (
	"fmt"
	"strings"

	"keepalived/core/commandline"
)

// kinds of arguments, for completion.
const (
	noArgument = iota
	fileArgument
	signalArgument
	otherArgument
)

const signalNames = "STOP RELOAD DATA STATS STATS_CLEAR JSON"

func argumentKind(o *commandline.Option) int {
	switch {
	case o.Value == "":
		return noArgument
	case o.Long == "signum":
		return signalArgument
	case strings.Contains(o.Value, "FILE"):
		return fileArgument
	}
	return otherArgument
}

// Bash is a completion script for bash.
func Bash() string {
	var words, files, others []string
	for _, o := range commandline.Documented() {
		spellings := []string{"--" + o.Long}
		if o.Short != "" {
			spellings = append(spellings, "-"+o.Short)
		}
		words = append(words, spellings...)
		switch argumentKind(&o) {
		case fileArgument:
			if !o.Optional {
				files = append(files, spellings...)
			}
		case otherArgument:
			if !o.Optional {
				others = append(others, spellings...)
			}
		}
	}
	return fmt.Sprintf(`# bash completion for keepalived
_keepalived() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	case $prev in
	%s) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--signum) COMPREPLY=($(compgen -W '%s' -- "$cur")); return ;;
	%s) return ;;
	esac
	COMPREPLY=($(compgen -W '%s' -- "$cur"))
}
complete -o filenames -F _keepalived keepalived
`, strings.Join(files, "|"), signalNames, strings.Join(others, "|"), strings.Join(words, " "))
}

// Zsh is a completion script for zsh.
func Zsh() string {
	var b strings.Builder
	b.WriteString("#compdef keepalived\n_arguments -s \\\n")
	quote := strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`)
	for _, o := range commandline.Documented() {
		names := "--" + o.Long
		head := names
		if o.Short != "" {
			head = fmt.Sprintf("(-%s %s)'{-%s,%s}'", o.Short, names, o.Short, names)
		}
		action := ""
		switch argumentKind(&o) {
		case fileArgument:
			action = ":file:_files"
		case signalArgument:
			action = ":signal:(" + signalNames + ")"
		case otherArgument:
			action = ":value:"
		}
		if o.Optional && action != "" {
			action = ":" + action
		}
		fmt.Fprintf(&b, "\t'%s[%s]%s' \\\n", head, quote.Replace(oneLine(o.Help)), action)
	}
	b.WriteString("\t&& return\n")
	return b.String()
}

// Fish is a completion script for fish.
func Fish() string {
	var b strings.Builder
	for _, o := range commandline.Documented() {
		fmt.Fprintf(&b, "complete -c keepalived -l %s", o.Long)
		if o.Short != "" {
			fmt.Fprintf(&b, " -s %s", o.Short)
		}
		switch argumentKind(&o) {
		case noArgument:
			b.WriteString(" -f")
		case fileArgument:
			if !o.Optional {
				b.WriteString(" -r")
			}
		case signalArgument:
			fmt.Fprintf(&b, " -x -a '%s'", signalNames)
		case otherArgument:
			b.WriteString(" -x")
		}
		fmt.Fprintf(&b, " -d '%s'\n", strings.ReplaceAll(oneLine(o.Help), "'", `\'`))
	}
	return b.String()
}

func oneLine(help string) string { return strings.ReplaceAll(help, "\n ", " ") }
