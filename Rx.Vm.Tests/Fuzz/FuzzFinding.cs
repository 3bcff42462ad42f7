using System.Text;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>An input that fails, cut down to the bytes that are needed.</summary>
/// <param name="Target">What it fails.</param>
/// <param name="Input">The input, its first byte the cuts.</param>
/// <param name="Failure">What went wrong.</param>
/// <param name="Execution">How many inputs were run before it.</param>
internal sealed record FuzzFinding(FuzzTarget Target, byte[] Input, Exception Failure, long Execution)
{
    /// <summary>Cuts <paramref name="input"/> down by delta debugging, as long as it fails in the same way.</summary>
    public static FuzzFinding Of(FuzzTarget target, byte[] input, Exception failure, long execution)
    {
        bool Same(IReadOnlyList<byte> bytes) => bytes.Count > 0
            && Fuzzer.TryRun(target, [.. bytes], out _) is { } other
            && other.GetType() == failure.GetType() && Site(other) == Site(failure);
        var shortest = Same(input) ? [.. Shrink.List(input, Same)] : input;
        return new FuzzFinding(target, shortest, Fuzzer.TryRun(target, shortest, out _) ?? failure, execution);
    }

    public override string ToString() => $"""
        {Target.Name}: {Failure.GetType().Name} after {Execution:N0} inputs: {Failure.Message}
          {Site(Failure)}
          {Input.Length} bytes: {Convert.ToHexString(Input)}
          as text: {Printable(Input)}
          again: ./rx fuzz --target {Target.Name} --input {Convert.ToHexString(Input)}
        """;

    // Where it was thrown tells failures apart; their texts may have numbers in them.
    private static string Site(Exception failure) =>
        failure.StackTrace?.Split('\n').FirstOrDefault(line => !line.Contains("FuzzFailure", StringComparison.Ordinal))?.Trim() ?? "";

    private static string Printable(byte[] input) =>
        string.Concat(Encoding.Latin1.GetString(input).Select(c => c is >= ' ' and <= '~' ? c : '·'));
}
