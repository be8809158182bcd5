#include "textflag.h"

// SYS_madvise and MADV_HUGEPAGE of linux/amd64.
#define madvise 28
#define hugepage 14

// begin is jumped to by the kernel or by the dynamic loader, with the arguments on
// the stack: it leaves the stack as it is, and goes on where a Go program begins.
// What madvise returns doesn't matter.
TEXT ·begin(SB),NOSPLIT|NOFRAME,$0
	MOVQ $runtime·bss(SB), DI
	ANDQ $~4095, DI
	MOVQ $runtime·end(SB), SI
	SUBQ DI, SI
	MOVQ $hugepage, DX
	MOVQ $madvise, AX
	SYSCALL
	JMP  _rt0_amd64_linux(SB)
