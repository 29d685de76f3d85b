package commandline

// argument says whether an option takes one.
type argument uint8

const (
	none argument = iota
	required
	optional // must be attached: -t/file, --config-test=/file
)

// option is one row of the table.
type option struct {
	short byte // 0 without one
	long  string
	arg   argument
	value string // how the help text names the argument
	help  string // lines of the help text; empty: not shown
	// extension marks an option that the C daemon does not have: it must
	// be written out, so that it makes no prefix ambiguous.
	extension bool
	set       func(p *parser, value string)
}

// table lists the options in the order of the help text.
func table() []option {
	flag := func(field func(*Options) *bool) func(*parser, string) {
		return func(p *parser, _ string) { *field(&p.Options) = true }
	}
	text := func(field func(*Options) *string) func(*parser, string) {
		return func(p *parser, v string) { *field(&p.Options) = v }
	}
	return []option{
		{short: 'f', long: "use-file", arg: required, value: "FILE", help: "Use the specified configuration file\n default '" + DefaultFile + "'",
			set: text(func(o *Options) *string { return &o.File })},
		{short: 'P', long: "vrrp", help: "Only run with VRRP subsystem",
			set: flag(func(o *Options) *bool { return &o.NoChecker })},
		{short: 'C', long: "check", help: "Only run with Health-checker subsystem",
			set: flag(func(o *Options) *bool { return &o.NoVRRP })},
		{short: 'B', long: "no_bfd", help: "Don't run BFD subsystem",
			set: flag(func(o *Options) *bool { return &o.NoBFD })},
		{long: "all", help: "Force all child processes to run, even if have no configuration",
			set: func(p *parser, _ string) { p.All, p.NoChecker, p.NoVRRP, p.NoBFD = true, false, false, false }},
		{short: 'l', long: "log-console", help: "Log messages to local console",
			set: flag(func(o *Options) *bool { return &o.LogConsole })},
		{short: 'D', long: "log-detail", help: "Detailed log messages",
			set: func(p *parser, _ string) { p.Detail++ }},
		{short: 'S', long: "log-facility", arg: required, value: "([0-7]|local[0-7]|user|daemon)", help: "Set syslog facility to LOG_LOCAL[0-7], user or daemon (default)",
			set: (*parser).facility},
		{short: 'G', long: "no-syslog", help: "Don't log via syslog",
			set: flag(func(o *Options) *bool { return &o.NoSyslog })},
		{short: 'g', long: "log-file", arg: optional,
			set: func(p *parser, _ string) { p.fail("-g requires configure option --enable-log-file") }},
		{short: 'u', long: "umask", arg: required, value: "MASK", help: "umask for file creation (in numeric form)",
			set: (*parser).umask},
		{short: 'X', long: "release-vips", help: "Drop VIP on transition from signal.",
			set: flag(func(o *Options) *bool { return &o.ReleaseVIPs })},
		{short: 'V', long: "dont-release-vrrp", help: "Don't remove VRRP VIPs and VROUTEs on daemon stop",
			set: flag(func(o *Options) *bool { return &o.DontReleaseVRRP })},
		{short: 'I', long: "dont-release-ipvs", help: "Don't remove IPVS topology on daemon stop",
			set: flag(func(o *Options) *bool { return &o.DontReleaseIPVS })},
		{short: 'R', long: "dont-respawn", help: "Don't respawn child processes",
			set: flag(func(o *Options) *bool { return &o.DontRespawn })},
		{short: 'n', long: "dont-fork", help: "Don't fork the daemon process",
			set: flag(func(o *Options) *bool { return &o.DontFork })},
		{short: 'd', long: "dump-conf", help: "Dump the configuration data",
			set: flag(func(o *Options) *bool { return &o.DumpConf })},
		{short: 'p', long: "pid", arg: required, value: "FILE", help: "Use specified pidfile for parent process",
			set: text(func(o *Options) *string { return &o.PIDFile })},
		{short: 'r', long: "vrrp_pid", arg: required, value: "FILE", help: "Use specified pidfile for VRRP child process",
			set: text(func(o *Options) *string { return &o.VRRPPIDFile })},
		{short: 'T', long: "genhash", help: "Enter into genhash utility mode (this should be the first option used).",
			set: (*parser).genhash},
		{short: 'c', long: "checkers_pid", arg: required, value: "FILE", help: "Use specified pidfile for checkers child process",
			set: text(func(o *Options) *string { return &o.CheckersPIDFile })},
		{short: 'a', long: "address-monitoring", help: "Report all address additions/deletions notified via netlink",
			set: flag(func(o *Options) *bool { return &o.AddressMonitoring })},
		{short: 'b', long: "bfd_pid", arg: required, value: "FILE", help: "Use specified pidfile for BFD child process",
			set: text(func(o *Options) *string { return &o.BFDPIDFile })},
		{short: 'x', long: "snmp", help: "Enable SNMP subsystem",
			set: flag(func(o *Options) *bool { return &o.SNMP })},
		{short: 'A', long: "snmp-agent-socket", arg: required, value: "FILE", help: "Use the specified socket for master agent",
			set: text(func(o *Options) *string { return &o.SNMPSocket })},
		{short: 's', long: "namespace", arg: required, value: "NAME", help: "Run in network namespace NAME (overrides config)",
			set: text(func(o *Options) *string { return &o.Namespace })},
		{short: 'm', long: "core-dump", help: "Produce core dump if terminate abnormally",
			set: flag(func(o *Options) *bool { return &o.CoreDump })},
		{short: 'M', long: "core-dump-pattern", arg: optional, value: "PATN", help: "Also set /proc/sys/kernel/core_pattern to PATN (default 'core')",
			set: func(p *parser, v string) {
				p.CoreDump, p.CorePattern = true, "core"
				if v != "" {
					p.CorePattern = v
				}
			}},
		{short: 'e', long: "all-config", help: "Error if any configuration file missing (same as includet)",
			set: flag(func(o *Options) *bool { return &o.AllConfig })},
		{short: 'i', long: "config-id", arg: required, value: "id", help: "Skip any configuration lines beginning '@' that don't match id\n or any lines beginning @^ that do match.\n The config-id defaults to the node name if option not used",
			set: text(func(o *Options) *string { return &o.ConfigID })},
		{long: "signum", arg: required, value: "SIGFUNC", help: "Return signal number for STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON",
			set: (*parser).signum},
		{short: 't', long: "config-test", arg: optional, value: "LOG_FILE", help: "Check the configuration for obvious errors, output to\n stderr by default",
			set: func(p *parser, v string) { p.ConfigTest, p.ConfigTestFile = true, v }},
		{long: "format", arg: required, value: "json", help: "With --config-test: print the result in this format", extension: true,
			set: (*parser).format},
		{long: "explain", help: "With --config-test: show each problem with its line and advice", extension: true,
			set: flag(func(o *Options) *bool { return &o.Explain })},
		{long: "keywords", arg: optional, value: "PATTERN", help: "Print the help of the configuration keywords that match PATTERN", extension: true,
			set: func(p *parser, v string) { p.Keywords, p.KeywordPattern = true, v }},
		{long: "print-config", arg: optional, value: "conf|json", help: "Print the configuration as it will be used, and where each\n value comes from", extension: true,
			set: (*parser).printConfig},
		// The C daemon hands a validated configuration over through it; it
		// is accepted so that scripts that copy its command line work.
		{long: "config-fd", arg: required, set: func(*parser, string) {}},
		{long: "ignore-sigint", help: "Ignore SIGINT in all processes",
			set: flag(func(o *Options) *bool { return &o.IgnoreSIGINT })},
		{short: 'v', long: "version", help: "Display the version number",
			set: func(p *parser, _ string) { writeVersion(p.stderr); p.exit(0) }},
		{short: 'h', long: "help", help: "Display this help message",
			set: func(p *parser, _ string) { writeHelp(p.stderr, p.name); p.exit(0) }},
	}
}
