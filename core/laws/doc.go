// Package laws holds the laws of the house as tests: who may import whom, who
// owns which library, and that every room says what it is for. It has no code of
// its own and is imported by nothing.
package laws
