package process

// Kind is a kind of child process.
type Kind uint8

// The kinds, in the order in which the parent starts them (02-runtime section
// 3).
const (
	Checker Kind = iota
	VRRP
	BFD
	Kinds // how many there are
)

// String is what the parent calls the kind in its log.
func (k Kind) String() string { return [...]string{"Healthcheck", "VRRP", "BFD"}[k] }

// Word is the kind's name in file names and in the middle of log lines.
func (k Kind) Word() string { return [...]string{"checker", "vrrp", "bfd"}[k] }

// Ident is the syslog ident of the kind, without a suffix.
func (k Kind) Ident() string {
	return [...]string{"Keepalived_healthcheckers", "Keepalived_vrrp", "Keepalived_bfd"}[k]
}

// ParseKind is the inverse of Word.
func ParseKind(word string) (Kind, bool) {
	for k := range Kinds {
		if k.Word() == word {
			return k, true
		}
	}
	return 0, false
}

// IdentSuffix is what a network namespace and an instance name add to each
// ident (02-runtime section 9).
func IdentSuffix(namespace, instance string) string {
	suffix := ""
	if namespace != "" {
		suffix = "_" + namespace
	}
	if instance != "" {
		suffix += "_" + instance
	}
	return suffix
}
