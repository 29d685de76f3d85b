// Package dns is DNS_CHECK: one query over UDP, and the response code of its
// reply (04-lvs-checkers 8.5). What the reply answers is not looked at.
package dns
