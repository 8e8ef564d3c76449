// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// listPrincipals answers a page of a kind, filtered and sorted.
func (c *call) listPrincipals(kind string) (any, error) {
	query := c.r.URL.Query()
	keep, err := parseFilter(query.Get("filter"))
	if err != nil {
		return nil, err
	}
	var found []*principalResource
	for _, p := range c.workspace.objects.Principals {
		if r := c.workspace.objects.resource(p); p.Kind == kind && keep(r) {
			found = append(found, r)
		}
	}
	if err := sortResources(found, query.Get("sortBy"), query.Get("sortOrder")); err != nil {
		return nil, err
	}
	start, err := positive(query.Get("startIndex"), 1)
	if err != nil {
		return nil, err
	}
	count, err := positive(query.Get("count"), principalPageLength)
	if err != nil {
		return nil, err
	}
	start = max(start, 1)
	first := min(start-1, len(found))
	page := []any{}
	for _, r := range found[first:min(first+count, len(found))] {
		page = append(page, c.project(r))
	}
	return map[string]any{
		"schemas": []string{principalListURN}, "totalResults": len(found), "startIndex": start, "itemsPerPage": len(page),
		"Resources": page,
	}, nil
}

func positive(raw string, dflt int) (int, error) {
	if raw == "" {
		return dflt, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < 0 || n > 1e6 {
		return 0, principalErrorf(http.StatusBadRequest, "invalidValue", raw+" is not a valid page parameter")
	}
	return n, nil
}

func sortResources(list []*principalResource, by, order string) error {
	if by == "" {
		return nil
	}
	if _, ok := principalAttributes[strings.ToLower(by)]; !ok || !slices.Contains([]string{"", "ascending", "descending"}, order) {
		return principalErrorf(http.StatusBadRequest, "invalidValue", "Cannot sort by "+by+" "+order)
	}
	key := func(r *principalResource) string {
		return strings.ToLower(strings.Join(principalAttributes[strings.ToLower(by)](r), "\n"))
	}
	slices.SortStableFunc(list, func(a, b *principalResource) int {
		if order == "descending" {
			a, b = b, a
		}
		return strings.Compare(key(a), key(b))
	})
	return nil
}

// principalAttributes are the attributes that filters know, in lower case.
var principalAttributes = map[string]func(*principalResource) []string{
	"id":                 func(r *principalResource) []string { return []string{r.ID} },
	"username":           func(r *principalResource) []string { return []string{r.UserName} },
	"applicationid":      func(r *principalResource) []string { return []string{r.ApplicationID} },
	"displayname":        func(r *principalResource) []string { return []string{r.DisplayName} },
	"externalid":         func(r *principalResource) []string { return []string{r.ExternalID} },
	"active":             func(r *principalResource) []string { return []string{strconv.FormatBool(r.Active != nil && *r.Active)} },
	"emails.value":       func(r *principalResource) []string { return values(r.Emails) },
	"entitlements.value": func(r *principalResource) []string { return values(r.Entitlements) },
	"roles.value":        func(r *principalResource) []string { return values(r.Roles) },
	"members.value":      func(r *principalResource) []string { return values(r.Members) },
	"groups.value":       func(r *principalResource) []string { return values(r.Groups) },
	"groups.display": func(r *principalResource) []string {
		var out []string
		for _, g := range r.Groups {
			out = append(out, g.Display)
		}
		return out
	},
}

type principalFilter func(*principalResource) bool

var filterToken = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*"|[^\s"]+)`)

func invalidFilter(raw string) error {
	return principalErrorf(http.StatusBadRequest, "invalidFilter", "The filter is not valid: "+raw)
}

// parseFilter reads comparisons that and and or connect, of which and binds
// tighter (RFC 7644, 3.4.2.2); groups in parentheses are not known to be used.
func parseFilter(raw string) (principalFilter, error) {
	if raw == "" {
		return func(*principalResource) bool { return true }, nil
	}
	var words []string
	for rest := raw; strings.TrimSpace(rest) != ""; {
		at := filterToken.FindStringSubmatchIndex(rest)
		if at == nil {
			return nil, invalidFilter(raw)
		}
		words, rest = append(words, rest[at[2]:at[3]]), rest[at[1]:]
	}
	alternatives := [][]principalFilter{nil}
	for {
		term, used := parseTerm(words)
		if term == nil {
			return nil, invalidFilter(raw)
		}
		last := len(alternatives) - 1
		alternatives[last] = append(alternatives[last], term)
		if words = words[used:]; len(words) == 0 {
			break
		}
		switch strings.ToLower(words[0]) {
		case "or":
			alternatives = append(alternatives, nil)
		case "and":
		default:
			return nil, invalidFilter(raw)
		}
		words = words[1:]
	}
	return func(r *principalResource) bool {
		return slices.ContainsFunc(alternatives, func(terms []principalFilter) bool {
			return !slices.ContainsFunc(terms, func(term principalFilter) bool { return !term(r) })
		})
	}, nil
}

// parseTerm reads one comparison and says how many words it took.
func parseTerm(words []string) (principalFilter, int) {
	if len(words) < 2 {
		return nil, 0
	}
	read, ok := principalAttributes[strings.ToLower(words[0])]
	if !ok {
		return nil, 0
	}
	op := strings.ToLower(words[1])
	if op == "pr" {
		return func(r *principalResource) bool { return strings.Join(read(r), "") != "" }, 2
	}
	compare, ok := comparisons[op]
	if !ok || len(words) < 3 {
		return nil, 0
	}
	value := words[2]
	if plain, err := strconv.Unquote(value); err == nil {
		value = plain
	}
	value = strings.ToLower(value)
	matches := func(r *principalResource) bool {
		return slices.ContainsFunc(read(r), func(v string) bool { return compare(strings.ToLower(v), value) })
	}
	if op == "ne" {
		return func(r *principalResource) bool {
			return !slices.ContainsFunc(read(r), func(v string) bool { return strings.EqualFold(v, value) })
		}, 3
	}
	return matches, 3
}

var comparisons = map[string]func(have, want string) bool{
	"eq": func(have, want string) bool { return have == want },
	"ne": func(have, want string) bool { return have != want },
	"co": strings.Contains,
	"sw": strings.HasPrefix,
	"ew": strings.HasSuffix,
}
