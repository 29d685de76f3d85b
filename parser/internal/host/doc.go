// Package host is the machine that the tests of the parser run on: interfaces,
// users, files and an environment that do not depend on where the tests run.
// Golden is the one on which the verdicts of the C daemon were recorded; a test
// that needs another one changes a copy, or makes its own Host. Disk is the file
// system that configurations are read from. Only tests import it.
//
// Guarantees: every answer comes from the values of the Host, and nothing is
// written.
package host
