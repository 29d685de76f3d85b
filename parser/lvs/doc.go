// Package lvs reads what the health-check process owns: SSL, virtual server
// groups, virtual servers with their real servers and checkers, and validates
// them after reading (01-configuration section 19, 04-lvs-checkers sections 3
// and 4).
//
// Values that a block may leave out are pointers while it is read; validation
// resolves them, checker before real server before virtual server before the
// built-in value, into the types of core/config.
package lvs
