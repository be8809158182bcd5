//go:build linux

package pstree_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/pstree"
)

// worker returns a process for which only its place and its swap matter.
func worker(pid, parent int, swapKB int64) pstree.Process {
	return pstree.Process{PID: pid, Parent: parent, Command: "worker", State: "S", Threads: 2, Resident: 8192, Swap: swapKB * 1024}
}

// pids are those of a ranking, in its order.
func pids(ranking []pstree.Process) []int {
	all := []int{}
	for _, process := range ranking {
		all = append(all, process.PID)
	}
	return all
}

var _ = Describe("A scan", func() {
	tree := func(r root, pid int) pstree.Node {
		GinkgoHelper()
		node, err := pstree.Tree(string(r), pid)
		Expect(err).NotTo(HaveOccurred())
		return node
	}
	top := func(r root, n int) []int {
		GinkgoHelper()
		ranking, err := pstree.Top(string(r), n)
		Expect(err).NotTo(HaveOccurred())
		return pids(ranking)
	}

	It("finds all that are below a process, whichever pid is the smaller", spec.Worth(1), func(ctx SpecContext) {
		// Pids have started again from the bottom: 40000 has children below it, and
		// 9 and 10 come before 100 only as numbers. One is a zombie, one behind a link.
		zombie := pstree.Process{PID: 100, Parent: 40000, Command: "worker", State: "Z", Threads: 1}
		family := []pstree.Process{
			worker(40000, 1, 0), worker(9, 40000, 0), worker(7, 9, 0), worker(30000, 7, 0), worker(3, 30000, 0),
			worker(10, 40000, 0), zombie, worker(40001, 40000, 0), worker(12, 40001, 0), worker(101, 40001, 0),
		}
		fake := newRoot().add(worker(1, 0, 0), bare(worker(2, 0, 0)), worker(5, 1, 0), worker(4000, 1, 0), worker(6, 4000, 0))
		for _, process := range family {
			fake.add(process)
		}
		fake.add(bare(zombie))
		fake.link("12", filepath.Join(string(newRoot().add(worker(12, 40001, 0))), "12"))
		found := tree(fake, 40000)
		Expect(tell(found)).To(Equal("40000[9[7[30000[3]]] 10 100 40001[12 101]]"))
		Expect(list(found)).To(Equal(family))
		Expect(tell(tree(fake, 1))).To(Equal("1[5 4000[6] 40000[9[7[30000[3]]] 10 100 40001[12 101]]]"))
		Expect(tell(tree(fake, 3))).To(Equal("3"))

		elsewhere := newRoot()
		elsewhere.link("proc", string(fake))
		Expect(tell(tree(root(filepath.Join(string(elsewhere), "proc")), 40001))).To(Equal("40001[12 101]"), "the folder is a link")
	})

	It("takes nothing but processes for processes", spec.Worth(1), func(ctx SpecContext) {
		fake := newRoot().add(worker(20, 1, 0), worker(21, 20, 6), worker(22, 20, 5))
		for _, thread := range []pstree.Process{worker(21, 20, 6), worker(23, 20, 6), worker(24, 20, 6)} {
			fake.write(fmt.Sprintf("21/task/%d/stat", thread.PID), stat(thread))
			fake.write(fmt.Sprintf("21/task/%d/status", thread.PID), status(thread, true))
		}
		fake.link("self", "21")
		fake.link("thread-self", "21/task/24")
		fake.write("stat", "cpu  1 2 3 4\n")
		fake.write("uptime", "1.00 2.00\n")
		for _, folder := range []string{"sys", "7up", "22b"} {
			fake.write(folder+"/stat", stat(worker(25, 20, 9)))
			fake.write(folder+"/status", status(worker(25, 20, 9), true))
		}
		Expect(tell(tree(fake, 20))).To(Equal("20[21 22]"))
		Expect(top(fake, 10)).To(Equal([]int{21, 22}))
	})

	It("leaves out those that it cannot read, and nothing open", spec.Worth(1), func(ctx SpecContext) {
		fake := newRoot().add(worker(1000, 1, 1), worker(5, 1000, 2), worker(2000, 1000, 3))
		for i, way := range ends {
			pid := 1100 + i
			fake.add(worker(pid, 1000, 50))
			way.end(fake, fmt.Sprint(pid))
		}
		fake.write("1200/stat", "1200 (cut sh")
		fake.write("1200/status", status(worker(1200, 1000, 50), true))

		Expect(tell(tree(fake, 1000))).To(Equal("1000[5 2000]"))
		Expect(top(fake, 10)).To(Equal([]int{2000, 5, 1000}))
		_, err := pstree.Tree(string(fake), 1100)
		Expect(err).To(Satisfy(gone), "the process at the top has gone, and this is no ErrGone")
		_, err = pstree.Tree(string(fake), 1200)
		Expect(err).To(HaveOccurred(), "the process at the top can't be understood")
		Expect(err).NotTo(Satisfy(gone), "the process at the top can't be understood, and this is ErrGone")
		// More often than once, since a file that is forgotten may be collected.
		for range 8 {
			pstree.Tree(string(fake), 1000)
			pstree.Top(string(fake), 3)
		}
		Expect(fake.open()).To(BeEmpty(), "these are open still")

		nowhere := filepath.Join(string(fake), "nowhere")
		_, err = pstree.Tree(nowhere, 1000)
		Expect(err).To(HaveOccurred(), "a tree of a folder that isn't there")
		_, err = pstree.Top(nowhere, 10)
		Expect(err).To(HaveOccurred(), "a ranking of a folder that isn't there")
	})

	It("ranks those that have memory swapped out", spec.Worth(1), func(ctx SpecContext) {
		resident := worker(31, 1, 0)
		resident.Resident = 9 << 40
		fake := newRoot().add(
			worker(1, 0, 4), bare(worker(2, 0, 0)), resident, worker(32, 1, 900), worker(33, 1, 1000),
			worker(200, 1, 50), worker(34, 1, 50), worker(9, 1, 50), worker(35, 1, 5<<30), worker(36, 1, 0),
		)
		Expect(top(fake, 3)).To(Equal([]int{35, 33, 32}))
		Expect(top(fake, 5)).To(Equal([]int{35, 33, 32, 9, 34}))
		everybody := []int{35, 33, 32, 9, 34, 200, 1}
		Expect(top(fake, 7)).To(Equal(everybody))
		Expect(top(fake, 8)).To(Equal(everybody))
		Expect(top(fake, 1000)).To(Equal(everybody))
		Expect(top(fake, math.MaxInt)).To(Equal(everybody))
		Expect(top(fake, 0)).To(BeEmpty())
		Expect(top(fake, -1)).To(BeEmpty())
		Expect(top(newRoot(), 3)).To(BeEmpty())

		ranking, err := pstree.Top(string(fake), 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(ranking).To(Equal([]pstree.Process{worker(35, 1, 5<<30)}))
	})

	It("remembers nothing of the one before", spec.Worth(1), func(ctx SpecContext) {
		fake := newRoot().add(worker(50, 1, 5), worker(51, 50, 6), worker(52, 51, 7))
		other := newRoot().add(worker(50, 1, 1))
		Expect(tell(tree(fake, 50))).To(Equal("50[51[52]]"))
		Expect(top(fake, 3)).To(Equal([]int{52, 51, 50}))
		Expect(tell(tree(other, 50))).To(Equal("50"))
		Expect(top(other, 3)).To(Equal([]int{50}))

		fake.remove("51")
		fake.add(worker(52, 50, 5), worker(53, 50, 8))
		Expect(tell(tree(fake, 50))).To(Equal("50[52 53]"))
		Expect(top(fake, 3)).To(Equal([]int{53, 50, 52}))
	})

	It("goes on beside others, while processes come and go", spec.Worth(1), func(ctx SpecContext) {
		shell := exec.Command("sh", "-c", "i=0; while [ $i -lt 50 ]; do (:); i=$((i+1)); done")
		Expect(shell.Start()).To(Succeed())
		ended := spec.Go(shell.Wait)
		DeferCleanup(func() { <-ended })

		fake := newRoot().add(worker(60, 1, 5), worker(61, 60, 6), worker(62, 60, 7))
		together := spec.Gate(4)
		var scans []<-chan error
		for range 4 {
			scans = append(scans, spec.Go(func() error {
				if err := together.Enter(ctx); err != nil {
					return err
				}
				for range 3 {
					if _, err := pstree.Tree("/proc", os.Getpid()); err != nil {
						return err
					}
					if _, err := pstree.Top("/proc", 10); err != nil {
						return err
					}
					node, err := pstree.Tree(string(fake), 60)
					if err != nil || tell(node) != "60[61 62]" {
						return fmt.Errorf("the tree 60[61 62] came out as %s, and the error as %v", tell(node), err)
					}
				}
				return nil
			}))
		}
		for _, scan := range scans {
			err := spec.Await(ctx, scan)
			Expect(err).NotTo(HaveOccurred())
		}
	})
})
