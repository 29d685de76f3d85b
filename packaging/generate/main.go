package main

import (
	"fmt"
	"os"
	"path/filepath"

	"keepalived/core/dbus"
	"keepalived/parser/keyword"
	"keepalived/parser/reference"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate DIRECTORY <LIBRARIES")
		os.Exit(2)
	}
	if err := generate(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(directory string) error {
	t := keyword.New()
	schema, err := reference.Schema(t)
	if err != nil {
		return err
	}
	copyright, err := licences(os.Stdin)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	documents := map[string]string{
		"copyright":                   copyright,
		"keepalived.conf.5":           reference.Manual5(t),
		"keepalived.8":                reference.Manual8(),
		"genhash.1":                   reference.Manual1(),
		"keepalived.bash":             reference.Bash(t),
		"_keepalived":                 reference.Zsh(t),
		"keepalived.fish":             reference.Fish(t),
		"keepalived.conf.schema.json": string(schema) + "\n",
	}
	for name, text := range dbus.Interfaces() {
		documents[name+".xml"] = text
	}
	for name, text := range documents {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
