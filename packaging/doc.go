// Package packaging is what belongs to an installation besides the program. Its
// tests build the packages as "make dist" does and put them in the place of the
// C daemon's, in a root that is thrown away: nothing may be asked, lost or
// restarted twice, and the way back must be open.
package packaging
