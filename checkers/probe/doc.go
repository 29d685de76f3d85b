// Package probe is what all network probes share: the result of an attempt,
// and the connection that it makes (04-lvs-checkers section 7.5).
//
// The packages below it are one probe each. A probe is made once per checker
// and used for one attempt after the other, each with a context; it keeps
// nothing between attempts but what its section says, and it always ends:
// every wait has a deadline. A probe knows nothing of retries, weights or real
// servers' states, and it never logs: what it has to tell is in its [Result].
package probe
