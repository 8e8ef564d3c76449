// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// shelf is where the objects of one kind are. Fields of accounts and workspaces
// are shelves by themselves if they are collections, lists of objects, or
// objects by name; a new one needs no line here.
type shelf interface {
	ids() []string
	// find returns a pointer to an object, nil if there is none.
	find(id string) any
	discard(id string)
}

// namer is a shelf that has the names of its objects beside them. It is told
// how an object looked on the wire before and after a change.
type namer interface {
	renamed(id string, before, after map[string]any)
}

// kindNames are the kinds of which the field has another name than the API.
var kindNames = map[string]string{
	"storage": "storage-configurations", "endpoints": "vpc-endpoints", "keys": "customer-managed-keys",
	"private": "private-access-settings", "connect": "network-connectivity-configs", "lists": "ip-access-lists",
}

// kindName makes the name of a kind of the name of a field: ipLists is ip-lists.
func kindName(field string) string {
	if name, ok := kindNames[field]; ok {
		return name
	}
	var out strings.Builder
	for i, r := range field {
		if i > 0 && r >= 'A' && r <= 'Z' {
			out.WriteByte('-')
		}
		out.WriteRune(r)
	}
	return strings.ToLower(out.String())
}

// shelvesOf returns the shelves of an account or a workspace.
func shelvesOf(holder any) map[string]shelf {
	out := map[string]shelf{}
	v := reflect.ValueOf(holder).Elem()
	for i := range v.NumField() {
		field, name := opened(v, i), kindName(v.Type().Field(i).Name)
		if found := shelfOf(field); found != nil {
			out[name] = found
		}
	}
	return out
}

func shelfOf(field reflect.Value) shelf {
	if collection, ok := reflect.TypeAssert[interface{ shelf() shelf }](field); ok && !field.IsNil() {
		return collection.shelf()
	}
	isObject := func(t reflect.Type) bool { return t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct }
	switch {
	case field.Kind() == reflect.Slice && isObject(field.Type().Elem()):
		return listShelf{field}
	case field.Kind() == reflect.Map && field.Type().Key().Kind() == reflect.String && isObject(field.Type().Elem()):
		return mapShelf{field}
	}
	return nil
}

// collectionShelf is a collection; what is on its way out is there still.
type collectionShelf[T any] struct{ c *collection[T] }

func (c *collection[T]) shelf() shelf { return collectionShelf[T]{c} }

func (s collectionShelf[T]) ids() []string {
	var out []string
	for _, i := range s.c.items {
		out = append(out, i.id)
	}
	return out
}

func (s collectionShelf[T]) find(id string) any {
	for _, i := range s.c.items {
		if i.id == id {
			return i.value
		}
	}
	return nil
}

func (s collectionShelf[T]) discard(id string) {
	s.c.items = slices.DeleteFunc(s.c.items, func(i *item[T]) bool { return i.id == id })
}

func (s collectionShelf[T]) renamed(id string, before, after map[string]any) {
	for _, i := range s.c.items {
		for field, value := range before {
			if name, ok := after[field].(string); ok && i.id == id && i.name != "" && value == i.name && strings.HasSuffix(field, "name") {
				i.name = name
				return
			}
		}
	}
}

// listShelf is a list of objects.
type listShelf struct{ list reflect.Value }

func (s listShelf) ids() []string {
	var out []string
	for i := range s.list.Len() {
		id := objectID(s.list.Index(i).Elem())
		if ws, ok := reflect.TypeAssert[*workspace](s.list.Index(i)); ok && !ws.alive() {
			id = "" // it is kept for what it referred to
		}
		out = append(out, id)
	}
	return out
}

func (s listShelf) find(id string) any {
	if i := slices.Index(s.ids(), id); i >= 0 {
		return s.list.Index(i).Interface()
	}
	return nil
}

func (s listShelf) discard(id string) {
	i := slices.Index(s.ids(), id)
	rest := reflect.MakeSlice(s.list.Type(), 0, s.list.Len())
	rest = reflect.AppendSlice(rest, s.list.Slice(0, i))
	s.list.Set(reflect.AppendSlice(rest, s.list.Slice(i+1, s.list.Len())))
}

// objectID is the first field that is named like an id, but for the account's.
func objectID(v reflect.Value) string {
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		isID := strings.EqualFold(name, "id") || strings.HasSuffix(name, "ID") && name != "AccountID"
		if kind := v.Field(i).Kind(); isID && (kind == reflect.String || kind == reflect.Int64) {
			return fmt.Sprint(opened(v, i).Interface())
		}
	}
	return ""
}

// mapShelf are objects by name.
type mapShelf struct{ objects reflect.Value }

func (s mapShelf) ids() []string {
	var out []string
	for _, key := range s.objects.MapKeys() {
		out = append(out, key.String())
	}
	return slices.Sorted(slices.Values(out))
}

func (s mapShelf) key(id string) reflect.Value {
	return reflect.ValueOf(id).Convert(s.objects.Type().Key())
}

func (s mapShelf) find(id string) any {
	if found := s.objects.MapIndex(s.key(id)); found.IsValid() {
		return found.Interface()
	}
	return nil
}

func (s mapShelf) discard(id string) { s.objects.SetMapIndex(s.key(id), reflect.Value{}) }
