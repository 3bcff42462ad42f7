using System.Runtime.ExceptionServices;
using Rx.Vm.Tests.Fuzz.Targets;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>The targets for a harness outside this assembly, as docs/testing-fuzz.md builds one around a coverage-guided fuzzer.</summary>
internal static class FuzzDoor
{
    /// <summary>What runs one input of <paramref name="target"/>, its first byte the cuts, and throws when it fails.</summary>
    public static Action<byte[]> Open(string target)
    {
        var code = FuzzTargets.New(target);
        return input =>
        {
            if (Fuzzer.TryRun(code, input, out _) is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        };
    }

    /// <summary>Writes the kept inputs of <paramref name="target"/> to files, and its words to a dictionary in AFL's format.</summary>
    public static void Export(string target, string inputs, string dictionary)
    {
        Directory.CreateDirectory(inputs);
        foreach (var (name, input) in FuzzCorpus.Of(target))
        {
            File.WriteAllBytes(Path.Combine(inputs, name.Replace('/', '-')), input);
        }

        File.WriteAllLines(dictionary, FuzzTargets.New(target).Words.Select(word =>
            $"\"{string.Concat(word.Select(b => b is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\' ? $"{(char)b}" : $"\\x{b:X2}"))}\""));
    }
}
