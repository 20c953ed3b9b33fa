# SPDX-License-Identifier: GPL-2.0
# gnuplot -e "axis='vcpus'; table='scaling.tsv'; out='scaling-vcpus.svg'" scaling.gp
# What "bench --scaling" measured of one axis, a line a mode.
figures = axis eq 'vcpus' ? 'boot flush' : axis eq 'memory' ? 'boot tables' : axis eq 'domains' ? 'boot' : 'ring'
title(f) = f eq 'boot' ? (axis eq 'domains' ? 'reset to init, for each domain (million instructions)' \
	: axis eq 'vcpus' ? 'reset to init, waiting included (ms, at an instruction a ns)' : 'reset to init (million instructions)') \
	: f eq 'flush' ? 'map, touch, unmap 64 KiB that every vCPU may use (instructions)' \
	: f eq 'tables' ? 'memory of the tables of the stub (KiB)' : 'hand a byte on in a ring (instructions)'
scale(f) = f eq 'boot' ? 1e-6 : 1
xname = axis eq 'vcpus' ? 'vCPUs on one hart' : axis eq 'memory' ? 'memory (MiB)' : axis eq 'domains' ? 'domains on one hart' : 'processes'
set terminal svg size 500 * words(figures),380 dynamic font 'sans,12' background 'white'
set output out
set datafile separator tab
set multiplot layout 1,words(figures)
set logscale x
set xlabel xname
set grid
set key bottom right
set yrange [0:*]
set offsets graph 0, 0, 0.1, 0
do for [f in figures] {
	set title title(f)
	set xtics (1, 2, 4, 8, 10, 30, 64, 100, 128, 256, 300, 512, 1000, 1024, 2048, 4096)
	if (axis eq 'memory') { set xtics (64, 128, 256, 512, 1024, 2048, 4096) }
	if (axis eq 'processes') { set xtics (10, 30, 100, 300, 1000) }
	plot for [m in 'native hvm pv'] '< grep "^'.axis.'	'.m.'	[0-9]*	'.f.'	" '.table.' || echo "- - NaN - NaN" | tr " " "	"' \
		using 3:($5 * scale(f)) with linespoints linewidth 2 title m
}
