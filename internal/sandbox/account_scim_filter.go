// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"regexp"
	"slices"
	"strings"
)

// scimTerm is one comparison of a filter.
type scimTerm struct{ attr, op, value string }

// scimToken is a word, or a text in double quotes.
var scimToken = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*"|[^\s"]+)`)

// parseSCIMFilter reads the simple expressions that the service knows: eq, ne,
// co and sw, joined by and, and those by or. Parentheses are not among them.
func parseSCIMFilter(filter string) ([][]scimTerm, error) {
	bad := scimErrorf(400, "invalidFilter", "The filter %s is not supported", filter)
	tokens, ok := scimTokens(filter)
	if !ok {
		return nil, bad
	}
	anyOf := [][]scimTerm{{}}
	for {
		if len(tokens) < 3 {
			return nil, bad
		}
		term := scimTerm{attr: tokens[0], op: strings.ToLower(tokens[1]), value: scimLiteral(tokens[2])}
		if !slices.Contains([]string{"eq", "ne", "co", "sw"}, term.op) || strings.HasPrefix(term.attr, "\"") {
			return nil, bad
		}
		anyOf[len(anyOf)-1] = append(anyOf[len(anyOf)-1], term)
		tokens = tokens[3:]
		if len(tokens) == 0 {
			return anyOf, nil
		}
		switch strings.ToLower(tokens[0]) {
		case "and":
		case "or":
			anyOf = append(anyOf, nil)
		default:
			return nil, bad
		}
		tokens = tokens[1:]
	}
}

func scimTokens(filter string) ([]string, bool) {
	var tokens []string
	for rest := filter; strings.TrimSpace(rest) != ""; {
		found := scimToken.FindStringSubmatch(rest)
		if found == nil {
			return nil, false
		}
		tokens = append(tokens, found[1])
		rest = rest[len(found[0]):]
	}
	return tokens, true
}

var scimEscapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

func scimLiteral(token string) string {
	if inner, ok := strings.CutPrefix(token, "\""); ok {
		return scimEscapes.Replace(strings.TrimSuffix(inner, "\""))
	}
	return token
}

// matches compares without regard to case, as attributes that are not
// case-exact are compared.
func (t scimTerm) matches(texts []string) bool {
	want := strings.ToLower(t.value)
	for _, text := range texts {
		text = strings.ToLower(text)
		switch {
		case t.op == "eq" && text == want, t.op == "co" && strings.Contains(text, want), t.op == "sw" && strings.HasPrefix(text, want):
			return true
		case t.op == "ne" && text == want:
			return false
		}
	}
	return t.op == "ne"
}
