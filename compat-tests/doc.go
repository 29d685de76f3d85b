// Package compat holds the black-box scenarios (scenarios/*.txtar) and the tests
// that run them: our daemon and the C daemon in the same networks, alone and
// mixed, and compared. How a scenario is written stands in package scenario;
// where we differ on purpose stands in DIFFERENCES.md.
//
// Scenarios that need IPVS run in one User Mode Linux guest when this kernel has
// none. KEEPALIVED_OURS names our binary; without it the tests build it.
// KEEPALIVED_ORACLE names the C daemon (default /usr/sbin/keepalived).
package compat
