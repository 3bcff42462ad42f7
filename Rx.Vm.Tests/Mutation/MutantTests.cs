using System.Reflection;
using System.Runtime.Loader;
using Xunit.Sdk;
using Xunit.v3;

namespace Rx.Vm.Tests.Mutation;

/// <summary>Runs tests with an assembly exchanged: whatever references it is loaded beside it once more.</summary>
internal sealed class MutantTests(MutationTarget target)
{
    private readonly HashSet<string> _dependents = Dependents(target);

    /// <summary>Loads the assembly, to be tried with one mutant of it after the other, or with none.</summary>
    public Loaded Load(byte[] image) => new(target, image, _dependents);

    private static IEnumerable<(Type Class, MethodInfo Method, object?[] Arguments)> Cases(Type type) =>
        from method in type.GetMethods()
        let fact = method.GetCustomAttribute<FactAttribute>()
        where fact is { Skip: null, Explicit: false }
        from arguments in Rows(method)
        select (type, method, arguments);

    private static IEnumerable<object?[]> Rows(MethodInfo method)
    {
        var sources = method.GetCustomAttributes().OfType<IDataAttribute>().ToArray();
        return sources.Length == 0
            ? [[]]
            : sources.SelectMany(s => s.GetData(method, new DisposalTracker()).AsTask().GetAwaiter().GetResult()).Select(row => row.GetData());
    }

    private static string? Run((Type Class, MethodInfo Method, object?[] Arguments) test)
    {
        object? instance = null;
        try
        {
            instance = Activator.CreateInstance(test.Class, [.. test.Class.GetConstructors()[0].GetParameters().Select(Argument)]);
            Wait((instance as IAsyncLifetime)?.InitializeAsync());
            Wait(test.Method.Invoke(instance, Arguments(test.Method, test.Arguments)));
            return null;
        }
        catch (Exception e)
        {
            var cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            return cause.GetType().Name == "SkipException" ? null : $"{test.Class.Name}.{test.Method.Name}: {cause.Message.Split('\n')[0]}";
        }
        finally
        {
            Dispose(instance);
        }
    }

    private static object?[] Arguments(MethodInfo method, object?[] given) =>
        TypeHelper.ConvertArguments(method.ResolveMethodArguments(given), [.. method.GetParameters().Select(p => p.ParameterType)]);

    private static object? Argument(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(ITestOutputHelper) ? new Silent()
        : throw new NotSupportedException($"{parameter.Member.DeclaringType} takes a {parameter.ParameterType}.");

    private static void Wait(object? result)
    {
        switch (result)
        {
            case Task task:
                task.GetAwaiter().GetResult();
                break;
            case ValueTask task:
                task.AsTask().GetAwaiter().GetResult();
                break;
        }
    }

    private static void Dispose(object? instance)
    {
        try
        {
            Wait((instance as IAsyncDisposable)?.DisposeAsync());
            (instance as IDisposable)?.Dispose();
        }
        catch (Exception)
        {
            // The test has been judged.
        }
    }

    /// <summary>The names of our assemblies that reference the exchanged one, directly or not.</summary>
    private static HashSet<string> Dependents(MutationTarget target)
    {
        var ours = Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Select(Path.GetFileNameWithoutExtension)
            .Where(name => name!.StartsWith("Rx.", StringComparison.Ordinal) || name is "rxvm" or "qmp-types")
            .ToDictionary(name => name!, name => Assembly.Load(name!).GetReferencedAssemblies().Select(r => r.Name!).ToHashSet());
        var found = new HashSet<string> { target.Project };
        while (ours.FirstOrDefault(o => !found.Contains(o.Key) && o.Value.Overlaps(found)).Key is { } next)
        {
            found.Add(next);
        }

        return found;
    }

    /// <summary>An assembly that was exchanged, with the tests that see it, by their numbers.</summary>
    internal sealed class Loaded : IDisposable
    {
        private readonly Context _context;
        private readonly List<(Type Class, MethodInfo Method, object?[] Arguments)> _cases;
        private readonly FieldInfo? _active;
        private readonly bool[] _reached;

        public Loaded(MutationTarget target, byte[] image, HashSet<string> dependents)
        {
            const BindingFlags Hidden = BindingFlags.Static | BindingFlags.NonPublic;
            _context = new Context(target.Project, image, dependents);
            var tests = _context.LoadFromAssemblyName(new AssemblyName(target.TestAssembly));
            var @switch = _context.LoadFromAssemblyName(new AssemblyName(target.Project)).GetType(MutantSchema.TypeName);
            _active = @switch?.GetField(MutantSchema.ActiveName, Hidden);
            _reached = (bool[]?)@switch?.GetField(MutantSchema.ReachedName, Hidden)!.GetValue(null) ?? [];
            _cases = [.. target.Tests
                .Select(name => tests.GetType(name) ?? throw new InvalidOperationException($"There is no test class {name}."))
                .SelectMany(Cases)];
        }

        public int Count => _cases.Count;

        /// <summary>Runs a test without a mutant: what it said if it failed, and which mutants it came by.</summary>
        public (string? Failure, int[] Reached) Learn(int number)
        {
            Array.Clear(_reached);
            var failure = Run(_cases[number]);
            return (failure, [.. _reached.Index().Where(r => r.Item).Select(r => r.Index)]);
        }

        /// <summary>Runs a test with a mutant: what it said if it failed.</summary>
        public string? Failure(int number, int mutant)
        {
            _active?.SetValue(null, mutant);
            var failure = Run(_cases[number]);
            _active?.SetValue(null, -1);
            return failure;
        }

        public void Dispose() => _context.Unload();
    }

    private sealed class Context(string name, byte[] image, HashSet<string> dependents) : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName wanted) =>
            wanted.Name == name ? LoadFromStream(new MemoryStream(image))
            : dependents.Contains(wanted.Name!) ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, wanted.Name + ".dll"))
            : null;
    }

    private sealed class Silent : ITestOutputHelper
    {
        public string Output => string.Empty;

        public void Write(string message)
        {
            // Nobody reads it.
        }

        public void Write(string format, params object[] args) => Write(format);

        public void WriteLine(string message) => Write(message);

        public void WriteLine(string format, params object[] args) => Write(format);
    }
}
