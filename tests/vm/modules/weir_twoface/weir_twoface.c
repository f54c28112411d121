// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The weir authors
/*
 * dma-bufs with two faces, for tests only. This module is no part of the weir library: tests/vm/run
 * builds it and loads it into the rig's own kernel.
 *
 * A buffer has its pages twice: those that the CPU maps, and those that devices get (map_dma_buf,
 * vmap). Nothing but begin_cpu_access and end_cpu_access copies from one to the other, as they move
 * lines between cache and memory on machines whose caches are not coherent. So whoever forgets a
 * DMA_BUF_IOCTL_SYNC sees a stale frame, or sends one: not now and then, but every time.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/iosys-map.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#include "weir_twoface.h"

#define MAX_SIZE (256ul << 20)

enum count { BEGINS, ENDS, UNBALANCED, SHOWN_OPEN, LEFT_OPEN, SHOWN, ALIVE, N_COUNTS };

/* One open of the device; its buffers may outlive it. */
struct bench {
	struct kref refs;
	atomic64_t counts[N_COUNTS];
};

struct face {
	struct bench *bench;
	struct mutex lock; /* of what follows, and of the bytes of both faces */
	unsigned int open[DMA_FROM_DEVICE + 1]; /* brackets, by direction */
	bool veiled;
	size_t size;
	void *cpu;
	void *device;
};

static void count(struct face *face, enum count what)
{
	atomic64_inc(&face->bench->counts[what]);
}

static bool is_open(const struct face *face)
{
	return face->open[DMA_BIDIRECTIONAL] || face->open[DMA_TO_DEVICE] ||
	       face->open[DMA_FROM_DEVICE];
}

/* On and off alike. */
static void veil(struct face *face)
{
	u64 *word = face->cpu;
	size_t i;

	if (!face->veiled)
		return;
	for (i = 0; i < face->size / sizeof(*word); i++)
		word[i] = ~word[i];
}

/* ---- brackets ---- */

static int begin_cpu_access(struct dma_buf *dmabuf, enum dma_data_direction direction)
{
	struct face *face = dmabuf->priv;

	mutex_lock(&face->lock);
	if (!is_open(face))
		veil(face);
	face->open[direction]++;
	count(face, BEGINS);
	if (direction != DMA_TO_DEVICE)
		memcpy(face->cpu, face->device, face->size);
	mutex_unlock(&face->lock);
	return 0;
}

static int end_cpu_access(struct dma_buf *dmabuf, enum dma_data_direction direction)
{
	struct face *face = dmabuf->priv;
	int err = 0;

	mutex_lock(&face->lock);
	if (!face->open[direction]) {
		count(face, UNBALANCED);
		err = -EINVAL;
		goto unlock;
	}
	face->open[direction]--;
	count(face, ENDS);
	if (direction != DMA_FROM_DEVICE)
		memcpy(face->device, face->cpu, face->size);
	if (!is_open(face))
		veil(face);
unlock:
	mutex_unlock(&face->lock);
	return err;
}

/* ---- the device's face ---- */

static void note_shown(struct face *face)
{
	mutex_lock(&face->lock);
	count(face, SHOWN);
	if (is_open(face))
		count(face, SHOWN_OPEN);
	mutex_unlock(&face->lock);
}

static int fill_table(struct sg_table *table, const struct face *face)
{
	unsigned int n = face->size >> PAGE_SHIFT, i;
	struct page **pages = kvmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	int err;

	if (!pages)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		pages[i] = vmalloc_to_page(face->device + ((size_t)i << PAGE_SHIFT));
	err = sg_alloc_table_from_pages(table, pages, n, 0, face->size, GFP_KERNEL);
	kvfree(pages);
	return err;
}

static struct sg_table *map_dma_buf(struct dma_buf_attachment *attachment,
				    enum dma_data_direction direction)
{
	struct face *face = attachment->dmabuf->priv;
	struct sg_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	int err;

	if (!table)
		return ERR_PTR(-ENOMEM);
	err = fill_table(table, face);
	if (err)
		goto free_table;
	err = dma_map_sgtable(attachment->dev, table, direction, 0);
	if (err)
		goto free_entries;
	note_shown(face);
	return table;

free_entries:
	sg_free_table(table);
free_table:
	kfree(table);
	return ERR_PTR(err);
}

static void unmap_dma_buf(struct dma_buf_attachment *attachment, struct sg_table *table,
			  enum dma_data_direction direction)
{
	dma_unmap_sgtable(attachment->dev, table, direction, 0);
	sg_free_table(table);
	kfree(table);
}

static int map_into_kernel(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct face *face = dmabuf->priv;

	iosys_map_set_vaddr(map, face->device);
	note_shown(face);
	return 0;
}

/* ---- the CPU's face ---- */

static int map_for_cpu(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct face *face = dmabuf->priv;

	return remap_vmalloc_range(vma, face->cpu, vma->vm_pgoff);
}

/* ---- life ---- */

static void free_bench(struct kref *refs)
{
	kfree(container_of(refs, struct bench, refs));
}

static void free_face(struct face *face)
{
	vfree(face->device);
	vfree(face->cpu);
	kfree(face);
}

static void release(struct dma_buf *dmabuf)
{
	struct face *face = dmabuf->priv;
	struct bench *bench = face->bench;

	if (is_open(face))
		count(face, LEFT_OPEN);
	atomic64_dec(&bench->counts[ALIVE]);
	free_face(face);
	kref_put(&bench->refs, free_bench);
}

static const struct dma_buf_ops face_ops = {
	.map_dma_buf = map_dma_buf,
	.unmap_dma_buf = unmap_dma_buf,
	.begin_cpu_access = begin_cpu_access,
	.end_cpu_access = end_cpu_access,
	.mmap = map_for_cpu,
	.vmap = map_into_kernel,
	.release = release,
};

static struct face *make_face(size_t size, bool veiled)
{
	struct face *face = kzalloc(sizeof(*face), GFP_KERNEL);

	if (!face)
		return NULL;
	mutex_init(&face->lock);
	face->size = size;
	face->veiled = veiled;
	face->cpu = vmalloc_user(size);
	face->device = vzalloc(size);
	if (!face->cpu || !face->device) {
		free_face(face);
		return NULL;
	}
	veil(face);
	return face;
}

static struct dma_buf *export(struct bench *bench, size_t size, bool veiled)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct face *face = make_face(size, veiled);
	struct dma_buf *dmabuf;

	if (!face)
		return ERR_PTR(-ENOMEM);
	info.ops = &face_ops;
	info.size = size;
	info.flags = O_RDWR | O_CLOEXEC;
	info.priv = face;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		free_face(face);
		return dmabuf;
	}
	kref_get(&bench->refs);
	face->bench = bench;
	count(face, ALIVE);
	return dmabuf;
}

/* ---- /dev/weir_twoface ---- */

static long create(struct bench *bench, struct weir_twoface_create __user *argument)
{
	struct weir_twoface_create wanted;
	struct dma_buf *dmabuf;

	if (copy_from_user(&wanted, argument, sizeof(wanted)))
		return -EFAULT;
	if (!wanted.size || wanted.size > MAX_SIZE || !PAGE_ALIGNED(wanted.size) ||
	    wanted.flags & ~WEIR_TWOFACE_VEILED)
		return -EINVAL;
	dmabuf = export(bench, wanted.size, wanted.flags & WEIR_TWOFACE_VEILED);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	wanted.fd = dma_buf_fd(dmabuf, O_CLOEXEC);
	if (wanted.fd < 0) {
		dma_buf_put(dmabuf);
		return wanted.fd;
	}
	/* The caller has the fd, whether it can read its number or not. */
	return copy_to_user(argument, &wanted, sizeof(wanted)) ? -EFAULT : 0;
}

static long transfer(struct face *face, const struct weir_twoface_access *wanted, bool write)
{
	void __user *memory = u64_to_user_ptr(wanted->memory);
	unsigned long missed;
	u64 end;

	if (check_add_overflow(wanted->offset, wanted->length, &end) || end > face->size)
		return -EINVAL;
	mutex_lock(&face->lock);
	if (write)
		missed = copy_from_user(face->device + wanted->offset, memory, wanted->length);
	else
		missed = copy_to_user(memory, face->device + wanted->offset, wanted->length);
	mutex_unlock(&face->lock);
	return missed ? -EFAULT : 0;
}

static long access_device(const struct weir_twoface_access __user *argument, bool write)
{
	struct weir_twoface_access wanted;
	struct dma_buf *dmabuf;
	long result = -EINVAL;

	if (copy_from_user(&wanted, argument, sizeof(wanted)))
		return -EFAULT;
	dmabuf = dma_buf_get(wanted.fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	if (dmabuf->ops == &face_ops)
		result = transfer(dmabuf->priv, &wanted, write);
	dma_buf_put(dmabuf);
	return result;
}

static long tell_counts(struct bench *bench, struct weir_twoface_counts __user *argument)
{
	const struct weir_twoface_counts counts = {
		.begins = atomic64_read(&bench->counts[BEGINS]),
		.ends = atomic64_read(&bench->counts[ENDS]),
		.unbalanced = atomic64_read(&bench->counts[UNBALANCED]),
		.shown_open = atomic64_read(&bench->counts[SHOWN_OPEN]),
		.left_open = atomic64_read(&bench->counts[LEFT_OPEN]),
		.shown = atomic64_read(&bench->counts[SHOWN]),
		.alive = atomic64_read(&bench->counts[ALIVE]),
	};

	return copy_to_user(argument, &counts, sizeof(counts)) ? -EFAULT : 0;
}

static long control(struct file *file, unsigned int command, unsigned long argument)
{
	switch (command) {
	case WEIR_TWOFACE_CREATE:
		return create(file->private_data, (void __user *)argument);
	case WEIR_TWOFACE_DEVICE_READ:
		return access_device((void __user *)argument, false);
	case WEIR_TWOFACE_DEVICE_WRITE:
		return access_device((void __user *)argument, true);
	case WEIR_TWOFACE_COUNTS:
		return tell_counts(file->private_data, (void __user *)argument);
	default:
		return -ENOTTY;
	}
}

static int open_bench(struct inode *inode, struct file *file)
{
	struct bench *bench = kzalloc(sizeof(*bench), GFP_KERNEL);

	if (!bench)
		return -ENOMEM;
	kref_init(&bench->refs);
	file->private_data = bench;
	return 0;
}

static int close_bench(struct inode *inode, struct file *file)
{
	struct bench *bench = file->private_data;

	kref_put(&bench->refs, free_bench);
	return 0;
}

static const struct file_operations bench_ops = {
	.owner = THIS_MODULE,
	.open = open_bench,
	.release = close_bench,
	.unlocked_ioctl = control,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "weir_twoface",
	.fops = &bench_ops,
	.mode = 0666,
};
module_misc_device(device);

MODULE_DESCRIPTION("dma-bufs whose CPU and device pages differ, for weir's tests");
MODULE_AUTHOR("The weir authors");
MODULE_LICENSE("GPL");
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS("DMA_BUF");
#else
MODULE_IMPORT_NS(DMA_BUF);
#endif
