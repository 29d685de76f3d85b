// Package genhash is the tool genhash: it fetches a page as HTTP_GET or
// SSL_GET would, and prints the digest that goes into the configuration
// (04-lvs-checkers section 14). Output, messages and exit statuses are those
// of the C program.
package genhash
