// Command dojo grades concurrency katas. See dojo --help, or package command.
package main

import (
	"os"

	"github.com/concurrency-dojo/dojo/grader/command"
)

func main() {
	os.Exit(command.Main(os.Args[1:], os.Stdout, os.Stderr))
}
