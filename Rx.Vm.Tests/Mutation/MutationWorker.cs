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
        if (tests.FirstFailure(compiler.Compile(null)!) is { } failure)
        {
            Console.WriteLine($"unfit {failure}");
            return 1;
        }

        Console.WriteLine("ready");
        foreach (var number in args.Skip(1).Select(int.Parse))
        {
            Console.WriteLine(Try(compiler, tests, number));
        }

        return 0;
    }

    private static string Try(MutantCompiler compiler, MutantTests tests, int number) =>
        compiler.Compile(compiler.Mutants[number]) is not { } image ? $"{MutantFate.Invalid} {number}"
        : tests.FirstFailure(image) is { } failure ? $"{MutantFate.Killed} {number} {failure}"
        : $"{MutantFate.Survived} {number}";
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
