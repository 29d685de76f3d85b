// Package cases runs the txtar cases of the parser's tests: a configuration
// with what is to be made of it. With the flag -update the tests write what they
// got as what they want; it is to be read before it is committed. Only tests
// import it.
package cases
