package guard

import "testing"

// The folders are the machine's, so no mapping of a test could lie in them.
func TestOfSystem(t *testing.T) {
	for _, c := range []struct {
		why, path, permissions, temp string
		want                         bool
	}{
		{"a library", "/usr/lib/x86_64-linux-gnu/libc.so.6", "r-xp", "/tmp/dojo1", true},
		{"a locale", "/usr/lib/locale/C.utf8/LC_CTYPE", "r--p", "/tmp/dojo1", true},
		{"an answer's file", "/tmp/dojo1/table.bin", "rw-p", "/tmp/dojo1", false},
		{"a machine may have its temporary files below a system's folder", "/opt/ci/tmp/dojo1/table.bin", "rw-p", "/opt/ci/tmp/dojo1", false},
		{"a folder whose name begins like that is another", "/opt/ci/tmp/dojo12/lib.so", "r-xp", "/opt/ci/tmp/dojo1", true},
		{"what is shared is no library", "/opt/table.bin", "rw-s", "/tmp/dojo1", false},
		{"no temporary folder", "/usr/lib/libc.so.6", "r-xp", "", true},
	} {
		if ofSystem(c.path, c.permissions, c.temp) != c.want {
			t.Errorf("%s: %s %s is not %v", c.why, c.path, c.permissions, c.want)
		}
	}
}
