// Package message holds every line that the health-check process may log, as
// named templates with the C daemon's exact wording (04-lvs-checkers, each
// section as noted). It is a package of its own because the state machine, the
// probes and the process all need it, and people grep for the lines in one
// place. It has no behaviour.
package message
