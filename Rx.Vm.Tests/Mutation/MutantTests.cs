using System.Reflection;
using System.Runtime.Loader;
using Xunit.Sdk;
using Xunit.v3;

namespace Rx.Vm.Tests.Mutation;

/// <summary>Runs tests with an assembly exchanged: whatever references it is loaded beside it once more.</summary>
internal sealed class MutantTests(MutationTarget target)
{
    private readonly HashSet<string> _dependents = Dependents(target);

    /// <summary>The first test that notices, with what it said; null if none does.</summary>
    public string? FirstFailure(byte[] image)
    {
        using var loaded = new Loaded(target, image, _dependents);
        return loaded.FirstFailure(null);
    }

    /// <summary>Loads an assembly that holds many mutants, to be tried one after the other.</summary>
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
            Wait(test.Method.Invoke(instance, test.Method.ResolveMethodArguments(test.Arguments)));
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

    /// <summary>An assembly that was exchanged, with the tests that see it.</summary>
    internal sealed class Loaded : IDisposable
    {
        private readonly Context _context;
        private readonly Lazy<List<(Type Class, MethodInfo Method, object?[] Arguments)>> _cases;
        private readonly FieldInfo? _active;

        public Loaded(MutationTarget target, byte[] image, HashSet<string> dependents)
        {
            _context = new Context(target.Project, image, dependents);
            var tests = _context.LoadFromAssemblyName(new AssemblyName(target.TestAssembly));
            _active = _context.LoadFromAssemblyName(new AssemblyName(target.Project)).GetType(MutantSchema.TypeName)?
                .GetField(MutantSchema.FieldName, BindingFlags.Static | BindingFlags.NonPublic);
            _cases = new(() => [.. target.Tests
                .Select(name => tests.GetType(name) ?? throw new InvalidOperationException($"There is no test class {name}."))
                .SelectMany(Cases)]);
        }

        /// <summary>Whether the last test that failed fails as well without a mutant: then a mutant before it has left something behind.</summary>
        public bool IsSpoilt { get; private set; }

        /// <summary>The first test that notices the mutant, with what it said; null if none does.</summary>
        public string? FirstFailure(int? mutant)
        {
            _ = _cases.Value;
            foreach (var test in _cases.Value)
            {
                _active?.SetValue(null, mutant ?? -1);
                var failure = Run(test);
                _active?.SetValue(null, -1);
                if (failure is not null)
                {
                    IsSpoilt = mutant is not null && Run(test) is not null;
                    return failure;
                }
            }

            return null;
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
