// Package mail hands mails to a mail server, in the dialogue of the C daemon
// (02-runtime section 19): HELO, MAIL, RCPT, DATA, QUIT over a connection of
// each mail's own; without TLS, authentication or a second attempt. What goes
// wrong is logged in the C daemon's words, and the mail is lost.
//
// A [Sender] belongs to a loop and never blocks it: mails wait in a bounded
// queue and are sent one after another, in the order in which they were handed
// over, by one goroutine that lives as long as there is something to send. A
// server that does not answer holds up nothing but mails: when one was lost to
// a time-out, so are those that have waited as long. (The C daemon opens all
// connections at once.)
//
// The package does not know what mails are about, resolves no names, and never
// waits when it is closed: what has not been sent then is lost.
package mail
