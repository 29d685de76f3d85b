// Package smtp is SMTP_CHECK: greeting, HELO, QUIT (04-lvs-checkers 8.4). It
// sends no mail.
package smtp
