package commandline

// Option describes an option for manual pages and completion.
type Option struct {
	Short string // one letter, empty without one
	Long  string
	// Value names the argument; empty when the option takes none.
	Value string
	// Optional arguments must be attached to the option.
	Optional bool
	Help     string
}

// Documented returns the options that the help text shows, in its order.
func Documented() []Option {
	var all []Option
	for _, o := range table() {
		if o.help == "" {
			continue
		}
		d := Option{Long: o.long, Optional: o.arg == optional, Help: o.help}
		if o.short != 0 {
			d.Short = string(o.short)
		}
		if o.arg != none {
			d.Value = o.value
		}
		all = append(all, d)
	}
	return all
}
