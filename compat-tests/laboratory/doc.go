// Package laboratory builds small networks out of Linux network namespaces and
// runs real programs in them: keepalived (either one), nginx, clients.
//
// A Lab has one namespace that plays the switches (one bridge for each network)
// and one namespace for each node. Names are unique, so that laboratories may
// run side by side; MAC addresses are not, they follow from the order in which
// nodes and interfaces are declared, so that two runs of one scenario put the
// same bytes on the wire.
//
// Guarantees: Close ends every process that runs in a node's namespace (found
// by its namespace, never by its name), removes the namespaces and with them
// every link, and may be called after a failure at any point. Nothing sleeps
// for a fixed time: Eventually polls a condition up to a deadline.
//
// It never touches the network of the machine, and never decides whether what
// it saw is right: that is the business of package scenario and of the demo.
package laboratory
