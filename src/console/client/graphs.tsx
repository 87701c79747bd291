/** Figures of an hour as graphs (uPlot), each with its newest value in words beside it. */
import { useEffect, useRef } from "hono/jsx/dom";
import UPlot from "uplot";

export interface GraphProps {
  readonly title: string;
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
  readonly words: (value: number) => string;
  readonly nothing: string;
}

const HEIGHT = 130;

export function Graph({ title, at, values, words, nothing }: GraphProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const known = values.filter((value) => value !== null);
  useEffect(() => {
    const element = place.current;
    if (!element || known.length < 2) return;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--quiet"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1 },
    };
    const data: UPlot.AlignedData = [at.map((ms) => ms / 1000), [...values]];
    if (plot.current) return plot.current.setData(data);
    plot.current = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        axes: [axis, {
          ...axis,
          size: 88,
          values: (_, ticks) => ticks.map((value) => words(value)),
        }],
        scales: {
          y: {
            range: (
              _,
              low,
              high,
            ) => [Math.min(0, low), high > 0 ? high * 1.1 : 1],
          },
        },
        series: [{}, {
          stroke: colour("--accent"),
          width: 2,
          fill: colour("--accent") + "22",
          points: { show: false },
        }],
      },
      data,
      element,
    );
    const resize = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT })
    );
    resize.observe(element);
  }, [at, values]);
  const newest = values.at(-1);
  const text = newest === null || newest === undefined
    ? nothing
    : words(newest);
  return (
    <figure class="graph">
      <figcaption>
        {title} <b>{text}</b>
      </figcaption>
      <div ref={place} aria-hidden="true"></div>
    </figure>
  );
}
