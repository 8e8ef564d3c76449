// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"time"
)

// The codec writes the whole tree of an account, private fields included, by
// reflection: a new collection or field is kept without a line of code, and
// the types that it cannot keep are found by a test. A field can say otherwise
// in its tag:
//
//	state:"-"       not state: neither kept nor changed by restoring
//	state:"secret"  in snapshots, which stay in memory, and never in a file
//	state:"keep"    not a secret, although its name looks like one
//
// A field whose name looks like that of a secret and that has no tag is
// treated as one.
const stateTag = "state"

var secretField = regexp.MustCompile(`(?i)secret|password|passphrase|private_?key|token_?value|token$|api_?key`)

// stateTypes are the types that values of type any may have; a further one
// joins by its line.
var stateTypes = typesByName(
	false, "", 0, int64(0), 0.0, json.Number(""), time.Time{},
	[]any(nil), []string(nil), []int64(nil), []map[string]any(nil), []map[string]string(nil),
	map[string]any(nil), map[string]bool(nil), map[string]string(nil), map[string][]string(nil), map[string]map[string]any(nil),
)

func typesByName(samples ...any) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for _, sample := range samples {
		out[reflect.TypeOf(sample).String()] = reflect.TypeOf(sample)
	}
	return out
}

var (
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	locks           = []reflect.Type{reflect.TypeFor[sync.Mutex](), reflect.TypeFor[sync.RWMutex]()}
)

// asText says whether values of a type are kept as their text.
func asText(t reflect.Type) bool {
	return t.Kind() != reflect.Pointer && t.Implements(textMarshaler) && reflect.PointerTo(t).Implements(textUnmarshaler)
}

// stateFields lists the fields that are kept: in a file, that is without secrets.
func stateFields(t reflect.Type, secrets bool) []int {
	var out []int
	for i := range t.NumField() {
		field := t.Field(i)
		tag := field.Tag.Get(stateTag)
		hidden := tag == "secret" || tag == "" && secretField.MatchString(field.Name) && mayHoldText(field.Type)
		if tag != "-" && !slices.Contains(locks, field.Type) && (secrets || !hidden) {
			out = append(out, i)
		}
	}
	return out
}

func mayHoldText(t reflect.Type) bool {
	return t.Kind() > reflect.Complex128 && t != reflect.TypeFor[time.Time]()
}

// opened returns a field of a struct, private ones with the right to set them.
func opened(v reflect.Value, i int) reflect.Value {
	field := v.Field(i)
	return reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem()
}

// graph is a tree of values with the objects that pointers lead to, by number,
// so that what was one object is one again.
type graph struct {
	Root    any   `json:"root"`
	Objects []any `json:"objects"`
}

type objectKey struct {
	at uintptr
	t  reflect.Type
}

type encoder struct {
	secrets bool
	objects []any
	seen    map[objectKey]int
}

// encodeGraph encodes what a pointer leads to.
func encodeGraph(root any, secrets bool) ([]byte, error) {
	e := &encoder{secrets: secrets, seen: map[objectKey]int{}}
	value, err := e.encode(reflect.ValueOf(root).Elem(), "")
	if err != nil {
		return nil, err
	}
	return json.Marshal(graph{Root: value, Objects: e.objects})
}

func (e *encoder) encode(v reflect.Value, path string) (any, error) {
	if asText(v.Type()) {
		text, err := v.Interface().(encoding.TextMarshaler).MarshalText() //nolint:forcetypeassert // asText says so
		return string(text), err
	}
	switch v.Kind() {
	case reflect.Pointer:
		return e.encodePointer(v, path)
	case reflect.Struct:
		return e.encodeStruct(v, path)
	case reflect.Map:
		return e.encodeMap(v, path)
	case reflect.Slice, reflect.Array:
		return e.encodeList(v, path)
	case reflect.Interface:
		return e.encodeAny(v, path)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128:
		return nil, fmt.Errorf("the state cannot hold %s, a %s", path, v.Type())
	default:
		return v.Interface(), nil
	}
}

func (e *encoder) encodePointer(v reflect.Value, path string) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	key := objectKey{v.Pointer(), v.Type()}
	if n, ok := e.seen[key]; ok {
		return n, nil
	}
	n := len(e.objects)
	e.seen[key], e.objects = n, append(e.objects, nil)
	value, err := e.encode(v.Elem(), path)
	e.objects[n] = value
	return n, err
}

func (e *encoder) encodeStruct(v reflect.Value, path string) (any, error) {
	out := map[string]any{}
	for _, i := range stateFields(v.Type(), e.secrets) {
		name := v.Type().Field(i).Name
		value, err := e.encode(opened(v, i), path+"."+name)
		if err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, nil
}

// encodeMap keeps maps as pairs, in order. In a file, texts under a name that
// looks like that of a secret are left out.
func (e *encoder) encodeMap(v reflect.Value, path string) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	pairs := map[string][2]any{}
	for _, key := range v.MapKeys() {
		value := v.MapIndex(key)
		name := fmt.Sprint(key.Interface())
		if !e.secrets && secretName.MatchString(name) && isText(value) {
			continue
		}
		k, err := e.encode(addressable(key), path)
		if err != nil {
			return nil, err
		}
		encoded, err := e.encode(addressable(value), path+"["+name+"]")
		if err != nil {
			return nil, err
		}
		pairs[name] = [2]any{k, encoded}
	}
	out := [][2]any{}
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		out = append(out, pairs[name])
	}
	return out, nil
}

func isText(v reflect.Value) bool {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v.Kind() == reflect.String || v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8
}

// addressable copies a value to where its fields can be reached.
func addressable(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	return out
}

func (e *encoder) encodeList(v reflect.Value, path string) (any, error) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return nil, nil
	}
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		return base64.StdEncoding.EncodeToString(v.Bytes()), nil
	}
	out := []any{}
	for i := range v.Len() {
		value, err := e.encode(addressable(v.Index(i)), fmt.Sprintf("%s[%d]", path, i))
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

func (e *encoder) encodeAny(v reflect.Value, path string) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	name := v.Elem().Type().String()
	if _, ok := stateTypes[name]; !ok {
		return nil, fmt.Errorf("the state cannot hold %s: %s has no line in stateTypes", path, name)
	}
	value, err := e.encode(addressable(v.Elem()), path)
	return map[string]any{"type": name, "value": value}, err
}
