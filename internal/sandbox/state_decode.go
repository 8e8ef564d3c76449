// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// decoder undoes what the encoder did.
type decoder struct {
	objects []any
	made    map[int]reflect.Value
	// place returns where an object goes, nil for one that is to be made; raw
	// holds the fields of the object.
	place func(t reflect.Type, raw map[string]any) any
}

// decodeGraph decodes into what a pointer leads to. Fields that were not kept
// stay as they are.
func decodeGraph(encoded []byte, root any, place func(reflect.Type, map[string]any) any) error {
	var g graph
	dec := json.NewDecoder(bytes.NewReader(encoded))
	dec.UseNumber()
	if err := dec.Decode(&g); err != nil {
		return err
	}
	d := &decoder{objects: g.Objects, made: map[int]reflect.Value{}, place: place}
	return d.decode(g.Root, reflect.ValueOf(root).Elem())
}

func (d *decoder) decode(in any, v reflect.Value) error {
	if asText(v.Type()) {
		text, ok := in.(string)
		if !ok {
			return mismatch(in, v)
		}
		//nolint:forcetypeassert // asText says so
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	}
	if in == nil {
		v.SetZero()
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		return d.decodePointer(in, v)
	case reflect.Struct:
		return d.decodeStruct(in, v)
	case reflect.Map:
		return d.decodeMap(in, v)
	case reflect.Slice, reflect.Array:
		return d.decodeList(in, v)
	case reflect.Interface:
		return d.decodeAny(in, v)
	default:
		encoded, err := json.Marshal(in)
		if err != nil {
			return err
		}
		return json.Unmarshal(encoded, v.Addr().Interface())
	}
}

func mismatch(in any, v reflect.Value) error { return fmt.Errorf("%T cannot be a %s", in, v.Type()) }

func (d *decoder) decodePointer(in any, v reflect.Value) error {
	number, ok := in.(json.Number)
	if !ok {
		return mismatch(in, v)
	}
	n, err := number.Int64()
	if err != nil || n < 0 || n >= int64(len(d.objects)) {
		return fmt.Errorf("there is no object %s", number)
	}
	object, ok := d.made[int(n)]
	if !ok {
		raw, _ := d.objects[n].(map[string]any)
		object = reflect.New(v.Type().Elem())
		if placed := d.place(v.Type(), raw); placed != nil {
			object = reflect.ValueOf(placed)
		}
		d.made[int(n)] = object
		if err := d.decode(d.objects[n], object.Elem()); err != nil {
			return fmt.Errorf("%s: %w", v.Type().Elem(), err)
		}
	}
	if object.Type() != v.Type() {
		return mismatch(object.Interface(), v)
	}
	v.Set(object)
	return nil
}

func (d *decoder) decodeStruct(in any, v reflect.Value) error {
	raw, ok := in.(map[string]any)
	if !ok {
		return mismatch(in, v)
	}
	known := 0
	for _, i := range stateFields(v.Type(), true) {
		value, ok := raw[v.Type().Field(i).Name]
		if !ok {
			continue
		}
		known++
		if err := d.decode(value, opened(v, i)); err != nil {
			return fmt.Errorf("%s: %w", v.Type().Field(i).Name, err)
		}
	}
	if known != len(raw) {
		return errors.New("it has fields that this version does not know")
	}
	return nil
}

func (d *decoder) decodeMap(in any, v reflect.Value) error {
	pairs, ok := in.([]any)
	if !ok {
		return mismatch(in, v)
	}
	out := reflect.MakeMap(v.Type())
	for _, entry := range pairs {
		pair, ok := entry.([]any)
		if !ok || len(pair) != 2 {
			return mismatch(entry, v)
		}
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := d.decode(pair[0], key); err != nil {
			return err
		}
		if err := d.decode(pair[1], value); err != nil {
			return err
		}
		out.SetMapIndex(key, value)
	}
	v.Set(out)
	return nil
}

func (d *decoder) decodeList(in any, v reflect.Value) error {
	if text, ok := in.(string); ok && v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			v.SetBytes(raw)
		}
		return err
	}
	items, ok := in.([]any)
	if !ok {
		return mismatch(in, v)
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	}
	if v.Len() != len(items) {
		return mismatch(in, v)
	}
	for i, item := range items {
		if err := d.decode(item, v.Index(i)); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

func (d *decoder) decodeAny(in any, v reflect.Value) error {
	raw, ok := in.(map[string]any)
	if !ok {
		return mismatch(in, v)
	}
	name, _ := raw["type"].(string)
	t, ok := stateTypes[name]
	if !ok {
		return fmt.Errorf("%q is not a type of the state", name)
	}
	value := reflect.New(t).Elem()
	if err := d.decode(raw["value"], value); err != nil {
		return err
	}
	v.Set(value)
	return nil
}
