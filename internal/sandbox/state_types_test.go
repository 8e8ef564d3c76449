// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// unkept lists what the codec cannot keep of a type: values of kinds that it
// does not know, and fields that look like secrets and do not say what they are.
func unkept(t reflect.Type, path string, seen map[reflect.Type]bool) []string {
	if seen[t] || asText(t) {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Struct:
		var out []string
		for field := range t.Fields() {
			out = append(out, unkeptField(field, path, seen)...)
		}
		return out
	case reflect.Map:
		return append(unkept(t.Key(), path+"[key]", seen), unkept(t.Elem(), path+"[]", seen)...)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return unkept(t.Elem(), path, seen)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return []string{path + ": interfaces other than any are not kept"}
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128:
		return []string{fmt.Sprintf("%s: a %s cannot be kept", path, t)}
	default:
	}
	return nil
}

func unkeptField(field reflect.StructField, path string, seen map[reflect.Type]bool) []string {
	path += "." + field.Name
	tag := field.Tag.Get(stateTag)
	switch {
	case tag == "-" || slices.Contains(locks, field.Type):
		return nil
	case tag != "" && tag != "secret" && tag != "keep":
		return []string{path + ": the tag state:" + tag + " means nothing"}
	case tag == "" && secretField.MatchString(field.Name) && mayHoldText(field.Type):
		if path == ".Accounts.Account.ClientSecret" {
			return nil // a public type: it is treated as a secret, as it should
		}
		return []string{path + `: its name looks like a secret's: tag it state:"secret", or state:"keep" if it is none`}
	}
	return unkept(field.Type, path, seen)
}

func TestTheWholeStateCanBeKept(t *testing.T) {
	t.Parallel()
	for _, problem := range unkept(reflect.TypeFor[stateRoot](), "", map[reflect.Type]bool{}) {
		t.Error(problem)
	}
}

func TestUnkeptIsFound(t *testing.T) {
	t.Parallel()
	type inner struct {
		Value       string
		APIKey      string
		Notify      chan int
		SecretCount int
	}
	type holder struct {
		Items     *collection[inner]
		Call      func()
		Stringer  fmt.Stringer
		Unknown   string `state:"what"`
		Ignored   func() `state:"-"`
		Passwords map[string]string
	}
	got := unkept(reflect.TypeFor[holder](), "", map[reflect.Type]bool{})
	want := []string{".Call: a func", ".Items.items.value.APIKey: its name", ".Items.items.value.Notify: a chan",
		".Passwords: its name", ".Stringer: interfaces", ".Unknown: the tag"}
	slices.Sort(got)
	if len(got) != len(want) {
		t.Fatalf("%d problems, want %d: %q", len(got), len(want), got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%s, want %s", got[i], want[i])
		}
	}
}

// What the emulator itself holds is an index, and made again by restoring.
func TestTheEmulatorHoldsNothingElse(t *testing.T) {
	t.Parallel()
	known := []string{"accountAPI", "accounts", "deployments", "emulatorConfig", "mu", "tokenSalt", "tokens", "workspaceAPI", "workspaces"}
	var got []string
	for field := range reflect.TypeFor[emulator]().Fields() {
		got = append(got, field.Name)
	}
	slices.Sort(got)
	for _, name := range got {
		if !slices.Contains(known, name) {
			t.Errorf("emulator.%s is new: if it is state, put it into stateRoot; if it is an index, make it again in index; then name it here", name)
		}
	}
}

// fill sets every field to something that is not its zero value.
func fill(v reflect.Value, depth int) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)))
		return
	case asText(v.Type()), depth == 0 && (v.Kind() == reflect.Map || v.Kind() == reflect.Slice):
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if depth > 0 && v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), depth-1)
		}
	case reflect.Struct:
		for _, i := range stateFields(v.Type(), true) {
			fill(opened(v, i), depth)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth-1)
		fill(value, depth-1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth-1)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"a": []any{1.5, "b", int64(8e15), nil, true}}))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(2.5)
	default:
		if v.CanInt() {
			v.SetInt(7)
		}
	}
}

// Every field of an account and of all that it holds comes back.
func TestEveryFieldComesBack(t *testing.T) {
	t.Parallel()
	want := &account{}
	fill(reflect.ValueOf(want).Elem(), 9)
	want.workspaces[0].account = want
	e := newEmulator(emulatorConfig{now: time.Now, aws: newAWSView(nil)})
	e.accounts[want.ID] = want
	e.tokens["hash"] = &bearer{account: want, workspace: want.workspaces[0], pat: want.workspaces[0].tokens[0]}
	encoded, err := e.encodeState(nil, true)
	if err != nil {
		t.Fatal(err)
	}
	other := newEmulator(e.emulatorConfig)
	if err := other.decodeState(encoded); err != nil {
		t.Fatal(err)
	}
	got := other.accounts[want.ID]
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it came back as\n%+v\nwant\n%+v", got, want)
	}
	b := other.tokens["hash"]
	if b.account != got || b.workspace != got.workspaces[0] || b.pat != got.workspaces[0].tokens[0] || got.workspaces[0].account != got {
		t.Error("what was one object is two")
	}
	if len(other.workspaces) != 0 {
		t.Errorf("%d deleted workspaces are in the index", len(other.workspaces))
	}
}

// Each list of objects has ids to find them by.
func TestEveryListHasIDs(t *testing.T) {
	t.Parallel()
	for _, holder := range []any{&account{}, &workspace{}} {
		fill(reflect.ValueOf(holder).Elem(), 9)
		for kind, shelf := range shelvesOf(holder) {
			ids := shelf.ids()
			if kind != "workspaces" && (len(ids) == 0 || ids[0] == "") {
				t.Errorf("%s: ids %q", kind, ids)
			}
		}
		if kinds := slices.Collect(maps.Keys(shelvesOf(holder))); len(kinds) < 3 {
			t.Errorf("kinds %q", kinds)
		}
	}
}
