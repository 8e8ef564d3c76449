// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package awspolicy decides what a resource-based AWS policy lets a caller from
// another account do: the trust policy of a role, the policy of a bucket, and
// the policy of a key. The sandbox needs it because moto looks at none of them.
//
// It is deliberately small, knows nothing of the product, and takes the reading
// that allows less wherever it does not know: an operator that it does not know
// satisfies no Allow and every Deny, and policy variables are not filled in.
package awspolicy

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Document is a policy.
type Document struct {
	statements []statement
}

type statement struct {
	effect                string
	principals, outsiders *principals
	actions, otherActions []string
	resources, others     []string
	conditions            []condition
}

// principals are whom a statement is about.
type principals struct {
	everyone bool
	aws      []string
}

type condition struct {
	operator, key string
	values        []string
}

// oneOrMany is a value or a list of values, as policies write them. Booleans
// and numbers may stand without quotes.
type oneOrMany []string

// UnmarshalJSON reads a value or a list.
func (m *oneOrMany) UnmarshalJSON(raw []byte) error {
	var many []json.RawMessage
	if json.Unmarshal(raw, &many) != nil {
		many = []json.RawMessage{raw}
	}
	for _, one := range many {
		var text string
		switch {
		case one[0] == '{' || one[0] == '[' || string(one) == "null":
			return fmt.Errorf("%s is not a value", one)
		case json.Unmarshal(one, &text) != nil:
			text = string(one)
		}
		*m = append(*m, text)
	}
	return nil
}

// UnmarshalJSON reads "*" or an object by kind of principal. Services and
// identity providers are not who calls here.
func (p *principals) UnmarshalJSON(raw []byte) error {
	var all string
	if json.Unmarshal(raw, &all) == nil {
		if all != "*" {
			return fmt.Errorf("a principal is an object or *, not %q", all)
		}
		p.everyone = true
		return nil
	}
	var kinds map[string]oneOrMany
	if err := json.Unmarshal(raw, &kinds); err != nil {
		return fmt.Errorf("reading a principal: %w", err)
	}
	p.aws = kinds["AWS"]
	return nil
}

type wireStatement struct {
	Effect       string
	Principal    *principals
	NotPrincipal *principals
	Action       oneOrMany
	NotAction    oneOrMany
	Resource     oneOrMany
	NotResource  oneOrMany
	Condition    map[string]map[string]oneOrMany
}

// Parse reads a policy.
func Parse(raw []byte) (Document, error) {
	var wire struct{ Statement json.RawMessage }
	if err := json.Unmarshal(raw, &wire); err != nil {
		return Document{}, fmt.Errorf("reading a policy: %w", err)
	}
	if len(wire.Statement) == 0 {
		return Document{}, errors.New("reading a policy: it has no statement")
	}
	var many []wireStatement
	if wire.Statement[0] != '[' {
		many = make([]wireStatement, 1)
		if err := json.Unmarshal(wire.Statement, &many[0]); err != nil {
			return Document{}, fmt.Errorf("reading a policy: %w", err)
		}
	} else if err := json.Unmarshal(wire.Statement, &many); err != nil {
		return Document{}, fmt.Errorf("reading a policy: %w", err)
	}
	var doc Document
	for i, w := range many {
		if w.Effect != "Allow" && w.Effect != "Deny" {
			return Document{}, fmt.Errorf("reading a policy: statement %d has the effect %q", i+1, w.Effect)
		}
		doc.statements = append(doc.statements, w.statement())
	}
	return doc, nil
}

func (w wireStatement) statement() statement {
	s := statement{
		effect: w.Effect, principals: w.Principal, outsiders: w.NotPrincipal,
		actions: w.Action, otherActions: w.NotAction, resources: w.Resource, others: w.NotResource,
	}
	for operator, keys := range w.Condition {
		for key, values := range keys {
			s.conditions = append(s.conditions, condition{operator: operator, key: key, values: values})
		}
	}
	return s
}
