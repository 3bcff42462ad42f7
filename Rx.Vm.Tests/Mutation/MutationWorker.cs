namespace Rx.Vm.Tests.Mutation;

/// <summary>
/// Tries mutants one after the other in a process of its own, and says after each what became of it: one that never ends, or that takes
/// the memory or the stack, takes this process with it and no other.
/// </summary>
internal static class MutationWorker
{
    public const string Word = "mutation-worker";

    /// <summary>The arguments: the target, and the numbers of the mutants.</summary>
    public static int Run(IReadOnlyList<string> args)
    {
        var target = MutationTarget.Of(args[0]);
        var compiler = new MutantCompiler(target);
        var tests = new MutantTests(target);
        var (together, held) = compiler.CompileTogether();
        var loaded = tests.Load(together);
        if (loaded.FirstFailure(null) is { } strange)
        {
            Console.WriteLine($"unfit {strange}");
            return 1;
        }

        Console.WriteLine("ready");
        foreach (var number in args.Skip(1).Select(int.Parse))
        {
            string? failure;
            if (held.Contains(number))
            {
                failure = loaded.FirstFailure(number);
                if (loaded.IsSpoilt)
                {
                    loaded = tests.Load(together);
                    failure = loaded.FirstFailure(number);
                }
            }
            else if (compiler.Compile(compiler.Mutants[number]) is { } image)
            {
                failure = tests.FirstFailure(image);
            }
            else
            {
                Console.WriteLine($"{MutantFate.Invalid} {number}");
                continue;
            }

            Console.WriteLine(failure is null ? $"{MutantFate.Survived} {number}" : $"{MutantFate.Killed} {number} {failure}");
        }

        return 0;
    }
}

/// <summary>What became of a mutant.</summary>
internal enum MutantFate
{
    /// <summary>It is no C#.</summary>
    Invalid,

    /// <summary>A test failed.</summary>
    Killed,

    /// <summary>The tests took too long, or the process ended.</summary>
    Stopped,

    /// <summary>No test noticed.</summary>
    Survived,
}
