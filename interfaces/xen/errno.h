/* SPDX-License-Identifier: MIT */
/*
 * What a hypercall returns when it fails: the negative of one of these, as in -XEN_EINVAL.
 *
 * The numbers are the ABI's own. They are not those of whatever kernel the guest is, though Linux has the same for all
 * of them on most architectures, and they are not those of SBI: firmware without these hypercalls returns SBI's -2,
 * "not supported", where a hypervisor that returned -XEN_ENOENT would have meant something else. So find out that there
 * is a hypervisor, by the device tree or SBI's implementation id, before the first call.
 *
 * The comments say what each is used for in hypercalls. Those without one are for values that travel through rings and
 * tools; no hypercall here returns them.
 */
#ifndef XEN_ERRNO_H
#define XEN_ERRNO_H

#define XEN_EPERM		1	/* this domain may not do that, or not to that domain */
#define XEN_ENOENT		2	/* there is no such vCPU, page or entry */
#define XEN_ESRCH		3	/* there is no such domain */
#define XEN_EINTR		4	/* not seen by guests */
#define XEN_EIO			5
#define XEN_ENXIO		6
#define XEN_E2BIG		7	/* more than the hypervisor takes in one call */
#define XEN_ENOEXEC		8
#define XEN_EBADF		9
#define XEN_ECHILD		10
#define XEN_EAGAIN		11	/* not now: the same call may succeed later */
#define XEN_EWOULDBLOCK		11
#define XEN_ENOMEM		12	/* the hypervisor, or what the domain may have of it, has no memory left */
#define XEN_EACCES		13	/* this kind of access is not granted */
#define XEN_EFAULT		14	/* an argument is not memory that the guest's kernel may read or write */
#define XEN_EBUSY		16	/* it is in use */
#define XEN_EEXIST		17	/* it is there already */
#define XEN_EXDEV		18
#define XEN_ENODEV		19	/* there is no such device */
#define XEN_ENOTDIR		20
#define XEN_EISDIR		21
#define XEN_EINVAL		22	/* an argument has a value that it cannot have */
#define XEN_ENFILE		23
#define XEN_EMFILE		24
#define XEN_ENOSPC		28	/* all that there may be of these are taken */
#define XEN_EROFS		30
#define XEN_EMLINK		31
#define XEN_EDOM		33
#define XEN_ERANGE		34	/* a number is beyond the end of what it counts */
#define XEN_EDEADLK		35
#define XEN_EDEADLOCK		35
#define XEN_ENAMETOOLONG	36
#define XEN_ENOLCK		37
#define XEN_ENOSYS		38	/* there is no such hypercall or op */
#define XEN_ENOTEMPTY		39
#define XEN_ENODATA		61	/* what was asked for does not exist, as a build id that nobody made */
#define XEN_ETIME		62	/* the time that was given has passed */
#define XEN_EBADMSG		74
#define XEN_EOVERFLOW		75
#define XEN_EILSEQ		84
#define XEN_ERESTART		85	/* not seen by guests: the call is made again from where it was */
#define XEN_ENOTSOCK		88
#define XEN_EMSGSIZE		90
#define XEN_EOPNOTSUPP		95	/* the op is known, and is not for this kind of domain or in this state */
#define XEN_EADDRINUSE		98
#define XEN_EADDRNOTAVAIL	99
#define XEN_ENOBUFS		105	/* the buffer is too small for the answer */
#define XEN_EISCONN		106
#define XEN_ENOTCONN		107
#define XEN_ETIMEDOUT		110
#define XEN_ECONNREFUSED	111

#endif
