package source

// The bounds of one configuration. The C daemon has none of them: it loops,
// or ends when memory or file descriptors do.
const (
	// MaxLine is the longest physical line, without its newline
	// (01-configuration section 3.1).
	MaxLine = 1022
	// maxExpanded bounds a line after substitution (same section).
	maxExpanded = 1024
	// maxSubstitutions bounds the definitions used by one line.
	maxSubstitutions = 1000
	// maxExpansionDepth bounds sequences and multi-line definitions that
	// produce each other.
	maxExpansionDepth = 128
	// maxIncludeDepth bounds files that include each other; the C daemon
	// ends at its number of file descriptors.
	maxIncludeDepth = 100
	// maxInclusions bounds the files opened in all.
	maxInclusions = 20_000
	// maxLines bounds the lines of all files.
	maxLines = 10_000_000
	// maxProduced bounds the lines that sequences, lists and multi-line
	// definitions produce. The largest example of keepalived.conf(5) has
	// 975,360.
	maxProduced = 2_500_000
	// maxFileSize bounds one file, in bytes.
	maxFileSize = 1 << 30
)
