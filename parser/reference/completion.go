package reference

import (
	"fmt"
	"slices"
	"strings"

	"keepalived/core/commandline"
	"keepalived/parser/keyword"
)

// choices are the words that an option takes; nil when it takes any, or none.
func choices(o *commandline.Option, t *keyword.Table) []string {
	switch o.Long {
	case "signum":
		return []string{"STOP", "RELOAD", "DATA", "STATS", "STATS_CLEAR", "JSON"}
	case "log-facility":
		return []string{"0", "1", "2", "3", "4", "5", "6", "7", "user", "daemon"}
	case "keywords":
		return keywordNames(t)
	case "format", "print-config":
		return strings.Split(o.Value, "|")
	}
	return nil
}

// keywordNames returns the name of every keyword once, sorted. Words with
// other characters, as $NAME=, say nothing to a shell.
func keywordNames(t *keyword.Table) []string {
	var names []string
	for _, k := range t.All() {
		if k.Shape != keyword.Directive && strings.Trim(k.Name, nameCharacters) == "" {
			names = append(names, k.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

const nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// takesFile reports whether the argument of an option is a file.
func takesFile(o *commandline.Option) bool { return strings.Contains(o.Value, "FILE") }

// spellings are the ways in which an option is written.
func spellings(o *commandline.Option) []string {
	if o.Short == "" {
		return []string{"--" + o.Long}
	}
	return []string{"--" + o.Long, "-" + o.Short}
}

// Bash is a completion script for bash.
func Bash(t *keyword.Table) string {
	var words, files, others []string
	var cases strings.Builder
	for _, o := range commandline.Documented() {
		words = append(words, spellings(&o)...)
		switch list := choices(&o, t); {
		case o.Value == "":
		case list != nil:
			fmt.Fprintf(&cases, "\t%s) words='%s' ;;\n", strings.Join(spellings(&o), "|"), strings.Join(list, " "))
		case o.Optional: // its argument is attached, and the next word another option
		case takesFile(&o):
			files = append(files, spellings(&o)...)
		default:
			others = append(others, spellings(&o)...)
		}
	}
	// bash makes three words of --option=value.
	return fmt.Sprintf(`# bash completion for keepalived
_keepalived() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $prev in
	%s) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	%s) return ;;
%s	*) words='%s' ;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o filenames -F _keepalived keepalived
`, strings.Join(files, "|"), strings.Join(others, "|"), cases.String(), strings.Join(words, " "))
}

// Zsh is a completion script for zsh.
func Zsh(t *keyword.Table) string {
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
		switch list := choices(&o, t); {
		case o.Value == "":
		case list != nil:
			action = fmt.Sprintf(":%s:(%s)", strings.ToLower(o.Value), strings.Join(list, " "))
		case takesFile(&o):
			action = ":file:_files"
		default:
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
func Fish(t *keyword.Table) string {
	var b strings.Builder
	for _, o := range commandline.Documented() {
		fmt.Fprintf(&b, "complete -c keepalived -l %s", o.Long)
		if o.Short != "" {
			fmt.Fprintf(&b, " -s %s", o.Short)
		}
		switch list := choices(&o, t); {
		case o.Value == "":
			b.WriteString(" -f")
		case list != nil:
			fmt.Fprintf(&b, " -x -a '%s'", strings.Join(list, " "))
		case !takesFile(&o):
			b.WriteString(" -x")
		case !o.Optional:
			b.WriteString(" -r")
		}
		fmt.Fprintf(&b, " -d '%s'\n", strings.ReplaceAll(oneLine(o.Help), "'", `\'`))
	}
	return b.String()
}

func oneLine(help string) string { return strings.ReplaceAll(help, "\n ", " ") }
