package reference

import (
	"encoding/json"
	"strings"

	"keepalived/core/version"
	"keepalived/parser/keyword"
)

// node is a part of a JSON schema (draft 2020-12).
type node struct {
	Schema      string           `json:"$schema,omitempty"`
	Title       string           `json:"title,omitempty"`
	Description string           `json:"description,omitempty"`
	Type        any              `json:"type,omitempty"`
	Properties  map[string]*node `json:"properties,omitempty"`
	Additional  any              `json:"additionalProperties,omitempty"`
	Items       *node            `json:"items,omitempty"`
	Deprecated  bool             `json:"deprecated,omitempty"`
	// What the standard has no word for.
	Arguments string            `json:"x-arguments,omitempty"`
	Default   string            `json:"x-default,omitempty"`
	Range     string            `json:"x-range,omitempty"`
	Since     string            `json:"x-since,omitempty"`
	AliasOf   string            `json:"x-alias-of,omitempty"`
	Words     map[string]string `json:"x-words,omitempty"`
}

// Schema is the language as a JSON schema: a block is an object, a block with
// a name an object of such objects, a data block an array of lines, and any
// other keyword its arguments as one string, or an array of them where it may
// be repeated.
func Schema(t *keyword.Table) ([]byte, error) {
	root := block(t, "")
	root.Schema, root.Title = "https://json-schema.org/draft/2020-12/schema", "keepalived.conf "+version.Number
	return json.MarshalIndent(root, "", "  ")
}

func block(t *keyword.Table, path string) *node {
	n := &node{Type: "object", Properties: make(map[string]*node), Additional: false}
	for name, k := range t.Level(path) {
		if k.Shape == keyword.Word {
			continue
		}
		full := name
		if path != "" {
			full = path + "/" + name
		}
		n.Properties[name] = entry(t, k, full)
	}
	return n
}

func entry(t *keyword.Table, k *keyword.Keyword, path string) *node {
	named := strings.HasPrefix(k.Args, "<")
	var n *node
	switch k.Shape {
	case keyword.Block:
		n = block(t, path)
		if named {
			n = &node{Type: "object", Additional: n}
		}
	case keyword.Lines:
		n = &node{Type: "array", Items: &node{Type: "string"}}
		if named {
			n = &node{Type: "object", Additional: n}
		}
	default:
		n = &node{Type: []string{"string", "array"}, Items: &node{Type: "string"}}
	}
	n.Description, n.Arguments, n.Default, n.Range, n.Since, n.AliasOf = sentence(k.Help), k.Args, k.Default, k.Range, k.Since, k.AliasOf
	n.Deprecated = k.Deprecated()
	for name, word := range t.Level(path) {
		if word.Shape == keyword.Word {
			if n.Words == nil {
				n.Words = make(map[string]string)
			}
			n.Words[strings.TrimSpace(name+" "+word.Args)] = sentence(word.Help)
		}
	}
	return n
}
