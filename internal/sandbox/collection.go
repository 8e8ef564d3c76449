// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// collection holds the objects of one kind of one account. Names are unique
// in it (api: common rules). Objects can be on their way out: they are there,
// and hold their name, until their time has come.
type collection[T any] struct {
	kind  string
	items []*item[T]
}

type item[T any] struct {
	id, name string
	value    *T
	goneAt   time.Time
}

func newCollection[T any](kind string) *collection[T] { return &collection[T]{kind: kind} }

func (c *collection[T]) sweep(now time.Time) {
	c.items = slices.DeleteFunc(c.items, func(i *item[T]) bool {
		return !i.goneAt.IsZero() && !now.Before(i.goneAt)
	})
}

// add adds an object under a name that nothing else may have; objects without
// a name are not compared.
func (c *collection[T]) add(now time.Time, id, name string, value *T) error {
	if err := c.nameFree(now, id, name); err != nil {
		return err
	}
	c.items = append(c.items, &item[T]{id: id, name: name, value: value})
	return nil
}

func (c *collection[T]) nameFree(now time.Time, id, name string) error {
	c.sweep(now)
	for _, i := range c.items {
		if name != "" && i.name == name && i.id != id {
			return apiErrorf(http.StatusConflict, "ALREADY_EXISTS",
				"%s name %s already exists in this account. Try again with a unique name.", c.kind, name)
		}
	}
	return nil
}

func (c *collection[T]) find(now time.Time, id string) *item[T] {
	c.sweep(now)
	for _, i := range c.items {
		if i.id == id {
			return i
		}
	}
	return nil
}

func (c *collection[T]) get(now time.Time, id string) (*T, error) {
	if i := c.find(now, id); i != nil {
		return i.value, nil
	}
	return nil, doesNotExist("%s %s does not exist", c.kind, id)
}

// list never returns nil: an empty list is a bare [] on the wire.
func (c *collection[T]) list(now time.Time) []*T {
	c.sweep(now)
	out := make([]*T, 0, len(c.items))
	for _, i := range c.items {
		out = append(out, i.value)
	}
	return out
}

// replace changes an object in place, under a name that must be free.
func (c *collection[T]) replace(now time.Time, id, name string, value *T) error {
	i := c.find(now, id)
	if i == nil {
		return doesNotExist("%s %s does not exist", c.kind, id)
	}
	if err := c.nameFree(now, id, name); err != nil {
		return err
	}
	i.name, i.value = name, value
	return nil
}

// remove makes an object disappear at a time.
func (c *collection[T]) remove(now time.Time, id string, at time.Time) {
	if i := c.find(now, id); i != nil && i.goneAt.IsZero() {
		i.goneAt = at
	}
	c.sweep(now)
}
