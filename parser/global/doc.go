// Package global reads what stands outside the processes' own blocks:
// global_defs and the scalar keywords of the top level (01-configuration
// section 10). It fills config.Global and the top-level fields of
// config.Config, and keeps as [Settings] what is only a default for other
// blocks.
//
// It knows nothing of the blocks that use these defaults.
package global
