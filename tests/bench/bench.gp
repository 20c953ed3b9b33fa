# SPDX-License-Identifier: GPL-2.0
# gnuplot -e "table='bench.tsv'; out='bench.svg'; guests='te pv hvm'; native=1; limit=1.5; aim=0.2" bench.gp
# Above what a stage adds to the native kernel, with the limit of a row; below what a guest takes.
set terminal svg size 1000,(native && guests ne '' ? 900 : 500) dynamic font 'sans,12' background 'white'
set output out
set datafile separator tab
set key autotitle columnhead top right
set style data histograms
set style histogram clustered
set style fill solid 0.8 noborder
set boxwidth 0.9
set grid ytics
set xtics rotate by -45
if (native && guests ne '') set multiplot layout 2,1
if (native) {
	set title 'native, over the kernel without patches'
	set ylabel 'percent'
	set yrange [-0.5:2]
	plot table using (column('percent')):xtic(1) linecolor 'steelblue' title 'over', \
		limit with lines linecolor 'red' title 'limit of a row', aim with lines linecolor 'dark-green' title 'aim'
}
if (guests ne '') {
	set title 'guests, times native'
	set ylabel 'times native'
	set logscale y
	set yrange [0.5:*]
	plot for [g in guests] table using (column(g.'_ratio')):xtic(1) title g
}
