// begins prints what the kernel was told about the memory that this program clears
// when it begins: the VmFlags of proc_pid_smaps(5).
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"unsafe"

	_ "github.com/concurrency-dojo/dojo/harness/entry"
)

// cleared is where the race detector's memory is.
var cleared [1 << 20]byte

func main() {
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		panic(err)
	}
	at, here := uintptr(unsafe.Pointer(&cleared[len(cleared)/2])), false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			here = from <= at && at < to
		}
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && here {
			fmt.Println(flags)
		}
	}
}
