# SPDX-License-Identifier: GPL-2.0
# gnuplot -e "table='stages.tsv'; out='stages.svg'" stages.gp
# From "./pvops boot": what a boot to init takes, stage by stage, and how often a guest enters the hypervisor in it.
set terminal svg size 1000,420 dynamic font 'sans,12' background 'white'
set output out
set datafile separator tab
set multiplot layout 1,2
set xtics rotate by -30 noenhanced
set grid ytics
set yrange [0:*]
set key bottom left
rows(mode) = "< awk -F '\t' '$2 == \"".mode."\"' ".table
set title 'reset to init, million instructions'
plot for [m in 'native hvm pv'] rows(m) using 0:($3 / 1e6):xtic(1) with linespoints linewidth 2 pointtype 7 title m
set title 'traps in a boot'
set logscale y
set yrange [100:*]
plot for [m in 'hvm pv'] rows(m) using 0:4:xtic(1) with linespoints linewidth 2 pointtype 7 title m
