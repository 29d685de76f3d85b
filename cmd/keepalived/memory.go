package main

import (
	"runtime"
	"runtime/debug"
)

// A configuration test ends as soon as it has an answer, so that most of them
// need no garbage collection at all: the first one comes when the heap has 16
// MB, which a file of 50,000 lines does not reach. From then on the heap may
// grow as slowly as that of the other processes.
const (
	firstHeap  = 400 // in per cent of the smallest heap of the runtime, 4 MB
	canarySize = 64  // smaller objects share their memory with others
)

// collectLate puts off the first garbage collection.
func collectLate() {
	debug.SetGCPercent(firstHeap)
	canary := new([canarySize]byte)
	runtime.AddCleanup(canary, func(growth int) { debug.SetGCPercent(growth) }, heapGrowth)
}
