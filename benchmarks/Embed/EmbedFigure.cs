namespace Rx.Benchmarks.Embed;

/// <summary>One thing that was measured several times.</summary>
/// <param name="Name">What.</param>
/// <param name="Unit">In what.</param>
/// <param name="Samples">Each time.</param>
internal sealed record EmbedFigure(string Name, string Unit, IReadOnlyList<double> Samples);
