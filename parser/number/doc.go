// Package number reads the numbers of keepalived.conf the way the C daemon
// does (01-configuration section 3.6): decimal unless said otherwise, with
// one text per kind of mistake, and with the C daemon's lenience about
// trailing junk.
//
// A reading function returns the value, the text of the problem (empty when
// there is none) and whether the value may be used; there are problems with
// a usable value ("too many decimal places"). The caller reports the text
// with class config.ClassInvalidNumber and adds the keyword's own message
// when the value is refused.
//
// The package knows no keyword and reports nothing itself.
package number
