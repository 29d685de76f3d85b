// Package bfd reads bfd_instance blocks. Three processes read them: the BFD
// process everything that is about the session, the checker process the name
// alone, and the VRRP process what a session means for a priority
// (01-configuration section 20).
package bfd
